/** What a client has to reach, the same for all. */
export interface Task {
  /** `http://127.0.0.1:3128` */
  readonly proxy: string;
  /** `https://localhost:8443` */
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
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
