/** Starts both, and lets them die by turns until it is told to stop. */
export function startProxies(): Promise<{
  ports: number[];
  stop(): Promise<{ deaths: number; carried: number[]; left: number }>;
  end(): Promise<unknown>;
}>;
