import type { Socket } from 'node:net';

type Sink = (chunk: Buffer) => void;

/** What a client sends, taken piece by piece as a server asks for it, and handed on where their talk ends. */
export class ByteInbox {
  readonly #socket: Socket;
  #held: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};
  #over = false;
  #upstream: Socket | undefined;

  /** @param listen where the bytes come from; by default from the socket itself. */
  constructor(
    socket: Socket,
    listen: (sink: Sink) => void = (sink) => void socket.on('data', sink),
  ) {
    this.#socket = socket;
    listen((chunk) => {
      if (this.#upstream !== undefined) {
        this.#pass(this.#upstream, chunk);
        return;
      }
      this.#held = Buffer.concat([this.#held, chunk]);
      this.#wake();
    });
    const end = (): void => {
      this.#over = true;
      this.#upstream?.end();
      this.#wake();
    };
    socket.on('end', end);
    socket.on('close', end);
  }

  /** The next byte. Rejects, as all of these do, where the client ends before it has sent what is asked for. */
  async byte(): Promise<number> {
    return (await this.bytes(1))[0] as number;
  }

  /** The next `count` bytes. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#held.length < count) await this.#more();
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** All up to and including the next `mark`. */
  async through(mark: string): Promise<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(mark, 0, 'latin1');
      if (at >= 0) return this.bytes(at + mark.length);
      await this.#more();
    }
  }

  /** Sends all that follows to `upstream`, no faster than that takes it, and the client's end too. */
  handOver(upstream: Socket): void {
    this.#upstream = upstream;
    upstream.on('drain', () => this.#socket.resume());
    if (this.#held.length > 0) this.#pass(upstream, this.#held);
    this.#held = Buffer.alloc(0);
    if (this.#over) upstream.end();
  }

  #pass(upstream: Socket, chunk: Buffer): void {
    if (!upstream.write(chunk)) this.#socket.pause();
  }

  async #more(): Promise<void> {
    if (this.#over) throw new Error('The client ended before it had sent what it was asked for');
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
