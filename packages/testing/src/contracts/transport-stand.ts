/** What one test of a transport has set up. */
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { SocketOptions, Transport, TransportResponse } from '@sdk/common';
import { createCertificateAuthority, type CertificateAuthority } from '../certificates.js';
import { startOrigin, type Origin, type OriginOptions } from '../origin.js';
import { startProxy, type Proxy, type ProxyOptions } from '../proxy.js';
import {
  startScriptedProxy,
  type ConnectionScript,
  type ScriptedProxy,
  type ScriptedProxyOptions,
} from '../scripted-proxy.js';
import { rejection } from './runner.js';
import type { AnswerFunction, TransportFactory } from './transport-contract.js';
import { attempt, type Attempt } from './transport-attempt.js';

interface Closable {
  close(): Promise<unknown>;
}

/** Made once a run: keys take their time. */
let authority: Promise<CertificateAuthority> | undefined;

/** Servers and transports of one test, closed after it: what came last goes first. */
export class TransportStand {
  readonly #factory: TransportFactory;
  readonly #open: Closable[] = [];

  constructor(factory: TransportFactory) {
    this.#factory = factory;
  }

  /** A transport of the factory's. */
  async transport(options: SocketOptions = {}, answer = nobody): Promise<Transport> {
    return this.keep(await this.#factory(options, answer));
  }

  /** The authority behind every certificate of the suite. */
  authority(): Promise<CertificateAuthority> {
    authority ??= createCertificateAuthority();
    return authority;
  }

  /** TLS settings that trust the suite's authority. */
  async trust(): Promise<{ readonly ca: string }> {
    return { ca: (await this.authority()).cert };
  }

  async origin(options: OriginOptions = {}): Promise<Origin> {
    return this.keep(await startOrigin(options));
  }

  /** An `https:` origin with a certificate for `hosts`, which `trust()` trusts. */
  async secureOrigin(
    options: OriginOptions = {},
    hosts: readonly string[] = ['127.0.0.1', '::1', 'localhost'],
  ): Promise<Origin> {
    const tls = { ...(await (await this.authority()).issue({ hosts })), ...options.tls };
    return this.keep(await startOrigin({ ...options, tls }));
  }

  async proxy(options: ProxyOptions = {}): Promise<Proxy> {
    return this.keep(await startProxy(options));
  }

  /** An `https:` proxy with a certificate for 127.0.0.1, which `trust()` trusts. */
  async secureProxy(options: ProxyOptions = {}): Promise<Proxy> {
    const leaf = await (await this.authority()).issue({ hosts: ['127.0.0.1'] });
    return this.proxy({ ...options, tls: { ...leaf, ...options.tls } });
  }

  async scripted(
    script: ConnectionScript,
    options: ScriptedProxyOptions = {},
  ): Promise<ScriptedProxy> {
    return this.keep(await startScriptedProxy(script, options));
  }

  /** Closes this after the test; what was kept last is closed first. */
  keep<T extends Closable>(closable: T): T {
    this.#open.push(closable);
    return closable;
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const each of this.#open.splice(0).reverse()) {
      await each.close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

const nobody: AnswerFunction = () => Promise.reject(new Error('this test has an origin'));

/** Sends one request and reads its answer to the end. */
export async function exchange(
  transport: Transport,
  url: string,
  more: Attempt = {},
): Promise<TransportResponse & { readonly text: string; readonly bytes: Buffer }> {
  const response = await transport.send(attempt(url, more));
  const bytes = await readAll(response.body);
  return { ...response, bytes, text: bytes.toString('utf8') };
}

/** What a request fails with, be it before its answer or within its body. */
export function failureOf(
  transport: Transport,
  url: string,
  more: Attempt = {},
): Promise<Record<string, unknown>> {
  return rejection(exchange(transport, url, more));
}

/** A body, whole. */
export function readAll(body: Readable): Promise<Buffer> {
  return buffer(body);
}

/** Waits so long. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
