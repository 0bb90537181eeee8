/** What one row of a program plays on: servers and a transport of its own, all closed behind it. */
import { once } from 'node:events';
import net from 'node:net';
import {
  BaseConnection,
  isSdkError,
  type ConnectionOptions,
  type SocketOptions,
  type Transport,
} from '@sdk/common';
import {
  createCertificateAuthority,
  startOrigin,
  startScriptedProxy,
  until,
  type CertificateAuthority,
  type ConnectionScript,
} from '@sdk/testing';
import { makeTransport } from './engine.js';

interface Closable {
  close(): Promise<void>;
}

/** A wait that a row is to run into. */
export const SHORT_MS = 100;
/** A wait that none may run into: it would be seen in how long the program lasts. */
const LONG_MS = 30_000;

let authority: Promise<CertificateAuthority> | undefined;

/** The authority of this program; keys take their time. */
function ca(): Promise<CertificateAuthority> {
  return (authority ??= createCertificateAuthority());
}

export class Stand {
  readonly #open: Closable[] = [];
  #closed = false;

  /** Closes this behind the row. */
  keep<T extends Closable>(closable: T): T {
    this.#open.push(closable);
    return closable;
  }

  async scripted(script: ConnectionScript): Promise<string> {
    return this.keep(await startScriptedProxy(script)).url;
  }

  async origin(secure = false): Promise<string> {
    const tls = secure ? await (await ca()).issue({ hosts: ['127.0.0.1'] }) : undefined;
    return this.keep(await startOrigin({ tls })).url;
  }

  /** A port that nobody listens on, nor comes to: it is that of a client. */
  async nobody(): Promise<string> {
    const origin = this.keep(await startOrigin());
    const client = net.connect(origin.port, '127.0.0.1');
    await once(client, 'connect');
    client.on('error', () => undefined);
    return `http://127.0.0.1:${client.localPort}`;
  }

  transport(options: SocketOptions = {}): Transport {
    return this.keep(makeTransport(options));
  }

  async connect(
    endpoint: string,
    { timeouts, ...options }: Partial<ConnectionOptions> = {},
  ): Promise<BaseConnection> {
    return this.keep(
      new BaseConnection({
        endpoint,
        env: {},
        httpProxy: false,
        transport: options.transport ?? this.transport(),
        tls: { ca: (await ca()).cert },
        // Twice, so that what comes after a failure is played, too.
        retry: { attempts: 2, baseDelayMs: 1, budget: Infinity },
        ...options,
        timeouts: {
          poolMs: LONG_MS,
          connectMs: LONG_MS,
          proxyMs: LONG_MS,
          headersMs: LONG_MS,
          idleMs: LONG_MS,
          ...timeouts,
        },
      }),
    );
  }

  /** Resolves when the condition holds, or when nobody needs it any more. */
  until(condition: () => boolean): Promise<void> {
    return until(() => this.#closed || condition(), 'a call was where it should wait', LONG_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#open.splice(0).map((each) => each.close()));
  }
}

/** What a call came to, in a word or two: the code of its error and the phase, where that has one. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (!isSdkError(error)) return String(error);
    const { code, phase } = error as { code: string; phase?: string };
    return phase === undefined ? code : `${code} ${phase}`;
  }
}
