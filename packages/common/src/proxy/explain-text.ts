/** An explanation as lines to read. */

interface Line {
  readonly level: string;
  readonly said: string;
  readonly decided: boolean;
  readonly why: string;
  readonly variables?: readonly { readonly name: string; readonly state: string }[] | undefined;
}

/** One line for the outcome, one for each level, and one for each warning. */
export function renderExplanation(explanation: {
  readonly origin: string;
  readonly candidates: readonly string[];
  readonly levels: readonly Line[];
  readonly warnings: readonly string[];
}): string {
  const lines = [`${explanation.origin} goes ${explanation.candidates.map(way).join(', then ')}`];
  for (const { level, said, decided, why, variables } of explanation.levels) {
    lines.push(`${decided ? '▸' : ' '} ${level.padEnd(8)} says ${said}: ${why}`);
    const set = variables?.filter(({ state }) => state !== 'unset') ?? [];
    for (const { name, state } of set) lines.push(`             ${name} ${STATES[state]}`);
  }
  for (const warning of explanation.warnings) lines.push(`! ${warning}`);
  return lines.join('\n');
}

const STATES: Readonly<Record<string, string>> = {
  blank: 'is blank, which counts as unset',
  ignored: 'is ignored: REQUEST_METHOD is set, so it may come from a request (httpoxy)',
  first: 'is set',
  later: 'is set, but an earlier one speaks',
};

function way(candidate: string): string {
  if (candidate === 'direct') return 'direct';
  return candidate.startsWith('pac+') ? `as ${candidate} says` : `over ${candidate}`;
}
