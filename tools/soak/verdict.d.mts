export const OK: number;
export const IN_DOUBT: number;
export const FAILED: number;
export type Measure = 'heap' | 'rss' | 'external' | 'arrayBuffers';
export type Sample = { calls: number } & Record<Measure, number>;
export function methodOf(id: number): 'GET' | 'PUT' | 'POST';
export function judge(run: {
  outcomes: Uint8Array;
  processed: Uint8Array;
  mixedUp: number;
  longestMs: number;
  deaths: number;
  carried: number[];
  left: number;
  endsByItself: boolean;
  samples: Sample[];
}): string[];
export function growthOf(samples: Sample[], measure: Measure): number;
