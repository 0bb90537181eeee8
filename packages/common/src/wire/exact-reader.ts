/** Reads exactly as many bytes of a handshake as asked for: what follows stays in the socket, for the next protocol. */
import type { Socket } from 'node:net';

/** The peer ended or broke the connection before all expected bytes had come. */
export class BrokenOff extends Error {
  /** How many bytes it had sent until then. */
  readonly receivedBytes: number;

  constructor(receivedBytes: number, cause: Error | undefined) {
    super('The connection ended within the handshake', cause === undefined ? {} : { cause });
    this.receivedBytes = receivedBytes;
  }
}

interface Wanted {
  readonly bytes: number;
  readonly resolve: (chunk: Buffer) => void;
  readonly reject: (reason: BrokenOff) => void;
}

/** Listens to a socket from the constructor until `release`, so that no error of the socket is missed between two reads. */
export class ExactReader {
  readonly #socket: Socket;
  #wanted: Wanted | undefined;
  #received = 0;
  #over: BrokenOff | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('readable', this.#serve);
    socket.on('end', this.#ended);
    socket.on('close', this.#ended);
    socket.on('error', this.#failed);
  }

  /**
   * The next `bytes` bytes, above 0. One read at a time.
   * @throws BrokenOff
   */
  read(bytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#wanted = { bytes, resolve, reject };
      this.#serve();
    });
  }

  /** Leaves the socket as it was found, with all that has not been read. */
  release(): void {
    this.#socket.removeListener('readable', this.#serve);
    this.#socket.removeListener('end', this.#ended);
    this.#socket.removeListener('close', this.#ended);
    this.#socket.removeListener('error', this.#failed);
  }

  readonly #serve = (): void => {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    const chunk = this.#socket.read(wanted.bytes) as Buffer | null;
    this.#received += chunk?.length ?? 0;
    if (chunk?.length === wanted.bytes) {
      this.#wanted = undefined;
      wanted.resolve(chunk);
      return;
    }
    // A socket that has ended gives less than was asked for, once.
    if (chunk !== null) this.#over ??= new BrokenOff(this.#received, undefined);
    this.#refuse();
  };

  readonly #ended = (): void => {
    this.#over ??= new BrokenOff(this.#received, undefined);
    this.#serve();
  };

  readonly #failed = (cause: Error): void => {
    this.#over ??= new BrokenOff(this.#received, cause);
    this.#refuse();
  };

  #refuse(): void {
    if (this.#over === undefined) return;
    this.#wanted?.reject(this.#over);
    this.#wanted = undefined;
  }
}
