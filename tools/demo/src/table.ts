import type { Entry, ProxyName, Seen } from './books.js';

/** One line of the table: a call, what was decided, and what was seen. */
export interface Row {
  readonly call: string;
  readonly decidedBy: string;
  /** Why that level decided, as a clause. */
  readonly why: string;
  readonly way: 'direct' | 'forward' | 'tunnel';
  readonly proxy: ProxyName | null;
  readonly seen: Entry;
  readonly durationMs: number;
  /** What came of the call, as a clause. */
  readonly result: string;
  /** One sentence for each counter that disagrees. */
  readonly disagreements: readonly string[];
}

/** How the table is written. */
export interface TableStyle {
  /** Escape codes for dim, green and red; off for files, pipes and NO_COLOR. */
  readonly colour: boolean;
}

const columns = [
  { title: '#', width: 2, right: true },
  { title: 'call', width: 25 },
  { title: 'decided by', width: 10 },
  { title: 'way', width: 9 },
  { title: 'A counted', width: 14 },
  { title: 'B counted', width: 14 },
  { title: 'C counted', width: 14 },
  { title: 'status', width: 7 },
  { title: 'time', width: 7, right: true },
] as const;

const indent = ' '.repeat(4);

/** Bytes for a person, in at most four characters: `99B`, `0.9k`, `14M`, in powers of ten. */
export function shortBytes(bytes: number): string {
  if (bytes < 100) return `${bytes}B`;
  const [amount, unit] = bytes < 999_500 ? [bytes / 1e3, 'k'] : [bytes / 1e6, 'M'];
  return `${amount.toFixed(amount < 9.95 ? 1 : 0)}${unit}`;
}

/** One proxy's counters in 14 characters: new requests, and the bytes of both directions. */
export function counted({ connects, forwards, refused407, bytesUp, bytesDown }: Seen): string {
  const bytes = bytesUp + bytesDown;
  const requests = connects + forwards + refused407;
  if (bytes === 0 && requests === 0) return '·';
  const amount = shortBytes(bytes);
  if (refused407 > 0) return `${refused407} × 407 ${amount}`;
  if (connects > 0 && forwards > 0) return `${connects} C+${forwards} f ${amount}`;
  if (connects > 0) return `${connects} CONNECT ${amount}`;
  if (forwards > 0) return `${forwards} forward ${amount}`;
  return `0 new ${amount}`;
}

/** Status codes with their repetitions: `200 ×5`, `204`, `200 …` where they do not fit. */
export function statusText(statuses: readonly number[]): string {
  const [first] = statuses;
  if (first === undefined) return '·';
  if (statuses.every((status) => status === first)) {
    return statuses.length === 1 ? `${first}` : `${first} ×${statuses.length}`;
  }
  const different = [...new Set(statuses)].join('/');
  return different.length <= 7 ? different : `${first} …`;
}

function cells(texts: readonly string[]): string {
  return columns
    .map((column, index) => {
      const text = texts[index] ?? '';
      return 'right' in column ? text.padStart(column.width) : text.padEnd(column.width);
    })
    .join('  ');
}

/** Writes the table line by line, so that a row can be read as soon as its call is over. */
export function tableWriter({ colour }: TableStyle): {
  header(): string;
  row(row: Row, number: number): string;
} {
  const paint = (code: number, text: string): string =>
    colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    header() {
      const titles = cells(columns.map((column) => column.title));
      const rule = columns.map((column) => '─'.repeat(column.width)).join('──');
      return `${paint(1, titles)}\n${paint(2, `${rule}──`)}`;
    },
    row(row, number) {
      const { proxies, statuses } = row.seen;
      const line = cells([
        `${number}`,
        row.call,
        row.decidedBy,
        row.proxy === null ? row.way : `${row.way} ${row.proxy}`,
        counted(proxies.A),
        counted(proxies.B),
        counted(proxies.C),
        statusText(statuses),
        `${Math.round(row.durationMs)} ms`,
      ]);
      const agrees = row.disagreements.length === 0;
      const notes = [`${indent}${row.why}${row.result === '' ? '' : ` → ${row.result}`}`].map(
        (note) => paint(2, note),
      );
      const wrong = row.disagreements.map((text) => paint(31, `${indent}✗ ${text}`));
      return [`${line} ${agrees ? paint(32, '✓') : paint(31, '✗')}`, ...notes, ...wrong].join('\n');
    },
  };
}
