import type { Socket } from 'node:net';

/** What a client of a SOCKS server sent, taken piece by piece, and handed on where the handshake ends. */
export class SocksInbox {
  readonly #socket: Socket;
  #held: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};
  #over = false;
  readonly #take = (chunk: Buffer): void => {
    this.#held = Buffer.concat([this.#held, chunk]);
    this.#wake();
  };
  readonly #stop = (): void => {
    this.#over = true;
    this.#wake();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#take);
    socket.on('end', this.#stop);
    socket.on('close', this.#stop);
  }

  /** The next byte. Rejects where the client ends before it has sent one. */
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

  /** The text up to the next zero byte, which is taken too. */
  async untilZero(): Promise<string> {
    while (!this.#held.includes(0)) await this.#more();
    const taken = await this.bytes(this.#held.indexOf(0));
    await this.byte();
    return taken.toString('utf8');
  }

  /** Sends all that follows to `upstream`, and the client's end too. */
  handOver(upstream: Socket): void {
    this.#socket.removeListener('data', this.#take);
    if (this.#held.length > 0) upstream.write(this.#held);
    if (this.#over) upstream.end();
    else this.#socket.pipe(upstream);
  }

  async #more(): Promise<void> {
    if (this.#over) throw new Error('The client ended within its handshake');
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
