/** What a client has to do, the same for all. */
export interface Task {
  /** Through a tunnel to an https: origin, by absolute-form to an http: one, or straight to an https: one. */
  readonly way: 'connect' | 'forward' | 'direct';
  /** `http://127.0.0.1:3128`; nobody is asked on the direct way. */
  readonly proxy: string;
  /** `https://localhost:8443` */
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, for a POST. */
  readonly body?: string | undefined;
  /** How many calls run at a time: a client that has a bound of its own is set to it. */
  readonly concurrency: number;
}

/** A client, ready. */
export interface Peer {
  /** One request; resolves with the decoded JSON. */
  call(): Promise<unknown>;
  close(): Promise<void> | void;
}

export type Open = (task: Task) => Peer;
