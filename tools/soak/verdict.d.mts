export const OK: number;
export const IN_DOUBT: number;
export const FAILED: number;
export interface Sample {
  calls: number;
  heap: number;
  rss: number;
}
export function methodOf(id: number): 'GET' | 'PUT' | 'POST';
export function judge(run: {
  outcomes: Uint8Array;
  processed: Uint8Array;
  mixedUp: number;
  deaths: number;
  carried: number[];
  left: number;
  samples: Sample[];
}): string[];
export function growthOf(samples: Sample[], member: 'heap' | 'rss'): number;
