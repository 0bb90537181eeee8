export function judge(run: {
  exitCode: number;
  report: Record<string, unknown> | undefined;
  ended: string[];
  narrowed: boolean;
}): string[];
