/** `httpProxy` in every form. It is read once and completely, as own properties. */
import { ConfigurationError } from '../errors.js';
import { kindOf, readAnswer } from '../option-keys.js';
import { isPromise } from '../promise.js';
import { ProxyServer } from '../route/proxy-server.js';
import type { NoProxy } from './no-proxy.js';
import type { ProxyOptions } from './options.js';
import { readProxyOptions } from './options.js';
import { Remembered } from './remembered.js';
import { readProxyUrl } from './url.js';
import { wordFor } from './url-mistakes.js';

/** What a selector receives. */
export interface ProxyQuestion {
  /** E.g. `https://api.example.com`. */
  readonly origin: string;
  readonly protocol: 'http:' | 'https:';
  /** What the request is for: `request`, or what a derived connection says, e.g. `identity`. */
  readonly purpose: string;
}

/** One proxy. */
export type ProxyPlace = string | URL | ProxyOptions;

/** What a selector may answer; `undefined`: ask the next level. A list may end in `'direct'`. */
export type ProxyAnswer = PlainHttpProxy | undefined;

/** Chooses a proxy for each request; asked once for each decision. */
export type ProxySelector = (question: ProxyQuestion) => ProxyAnswer | Promise<ProxyAnswer>;

/** `httpProxy` without functions: it can be answered at once. */
export type PlainHttpProxy = ProxyPlace | false | readonly (ProxyPlace | false)[];

/**
 * The proxy to use: a URL; `false` for none, whatever the environment says; `{ url, credentials?, headers?, tls?,
 * noProxy?, tunnel? }`; a function that answers one of these; or a list of these, tried in order, which may end in
 * `'direct'`.
 */
export type HttpProxy =
  PlainHttpProxy | ProxySelector | readonly (ProxyPlace | false | ProxySelector)[];

/** One way to try, with the list that belongs to it alone. */
export interface ProxyChoice {
  readonly kind: 'choice';
  readonly proxy: ProxyServer | 'direct';
  readonly noProxy: NoProxy | undefined;
}

/** A selector, with its name in messages. */
export interface ProxyAsk {
  readonly kind: 'ask';
  readonly ask: ProxySelector;
  readonly field: string;
  /** The name of its answer in messages. */
  readonly answerField: string;
  /** A member of a list may not answer with a list. */
  readonly inList: boolean;
}

/** What `httpProxy` says, read. */
export interface CompiledSetting {
  readonly steps: readonly (ProxyChoice | ProxyAsk)[];
  readonly form: 'direct' | 'proxy' | 'list' | 'function';
  /** Whether a function has to be asked. */
  readonly dynamic: boolean;
}

const DIRECT: ProxyChoice = choice('direct', undefined);
const NO_PROXY_AT_ALL: CompiledSetting = Object.freeze({
  steps: [DIRECT],
  form: 'direct',
  dynamic: false,
});

const settings = new Remembered<CompiledSetting>(256);

/**
 * Reads a value of `httpProxy`; equal values are read once.
 * @param field its name in messages
 * @throws ConfigurationError that names the option, what was seen (without secrets), and the remedy.
 */
export function compileSetting(value: unknown, field: string): CompiledSetting {
  if (value === false) return NO_PROXY_AT_ALL;
  return settings.of([value, field], () => readSetting(value, field));
}

/** Reads what a selector answered: anything but a function, and no list if the selector is itself in a list. */
export function compileAnswer(answer: unknown, asked: ProxyAsk): CompiledSetting {
  const { field, answerField } = asked;
  return readAnswer(field, answerField, () => compileChecked(answer, asked));
}

function compileChecked(answer: unknown, asked: ProxyAsk): CompiledSetting {
  const { answerField: what, inList } = asked;
  if (typeof answer === 'function') {
    throw wrong(what, 'is a function', 'Answer a proxy, a list of proxies, false or undefined');
  }
  if (inList && Array.isArray(answer)) {
    throw wrong(
      what,
      'is a list, and the function stands in one',
      'Answer one proxy, false or undefined',
    );
  }
  const setting = compileSetting(answer, what);
  if (setting.dynamic) {
    throw wrong(what, 'is a list with a function in it', 'Answer a list of proxies');
  }
  return setting;
}

function readSetting(value: unknown, field: string): CompiledSetting {
  if (Array.isArray(value)) return readList(value, field);
  const step = readStep(value, field, false);
  return Object.freeze({
    steps: Object.freeze([step]),
    form: step.kind === 'ask' ? 'function' : 'proxy',
    dynamic: step.kind === 'ask',
  });
}

function readList(list: readonly unknown[], field: string): CompiledSetting {
  if (list.length === 0) {
    throw wrong(
      field,
      'is an empty list',
      'Write false to go direct, or leave it out to ask the next level',
    );
  }
  const steps = Array.from(list, (value, i) => {
    const at = `${field}[${i}]`;
    if (value === 'direct' || value === false) {
      if (i === list.length - 1) return DIRECT;
      throw wrong(
        at,
        `is ${String(value)}, and more follows it`,
        "Write 'direct' at the end of the list only",
      );
    }
    if (Array.isArray(value)) throw wrong(at, 'is a list in a list', 'Write one list');
    return readStep(value, at, true);
  });
  return Object.freeze({
    steps: Object.freeze(steps),
    form: 'list',
    dynamic: steps.some((step) => step.kind === 'ask'),
  });
}

function readStep(value: unknown, field: string, inList: boolean): ProxyChoice | ProxyAsk {
  if (typeof value === 'function') {
    return Object.freeze({
      kind: 'ask',
      ask: value as ProxySelector,
      field,
      answerField: `What the function ${field} answered`,
      inList,
    });
  }
  if (typeof value === 'string' || value instanceof URL) {
    refuseAmbiguous(value, field, inList);
    return choice(new ProxyServer(readProxyUrl(value, field)), undefined);
  }
  if (typeof value !== 'object' || value === null) {
    throw wrong(
      field,
      `is ${kindOf(value)}`,
      'Write a proxy URL, false to go direct, or leave it out to ask the next level',
    );
  }
  refuseAgentsAndPromises(value, field);
  const { noProxy, ...init } = readProxyOptions(value, field);
  return choice(new ProxyServer(init), noProxy);
}

/** A promise would be read as an object without members, an agent as one of many strange ones. */
function refuseAgentsAndPromises(value: object, field: string): void {
  if (isPromise(value)) {
    throw wrong(field, 'is a promise', 'Await it, or give a function that returns it');
  }
  const { addRequest, dispatch } = value as { addRequest?: unknown; dispatch?: unknown };
  if (typeof addRequest === 'function' || typeof dispatch === 'function') {
    throw wrong(field, 'is an agent', "Give the proxy's URL: the SDK makes its own connections");
  }
}

/** Every member is an own one, so that nothing on `Object.prototype` can take the place of a missing one. */
function choice(proxy: ProxyServer | 'direct', noProxy: NoProxy | undefined): ProxyChoice {
  return Object.freeze({ kind: 'choice', proxy, noProxy });
}

/** `''`, `'direct'` and `'false'` could each mean two things: no proxy, or no opinion; a host of that name, or no proxy. */
function refuseAmbiguous(value: string | URL, field: string, inList: boolean): void {
  const text = String(value).trim();
  if (text === '') {
    throw wrong(
      field,
      `is ${kindOf(value)}`,
      'Write false to go direct, or leave it out to ask the next level',
    );
  }
  const word = wordFor(text);
  if (word !== undefined) {
    throw wrong(
      field,
      `is '${text}'`,
      inList
        ? "Write 'direct' in lower case, at the end of the list"
        : 'Write false, without quotes, to go direct',
    );
  }
}

function wrong(field: string, seen: string, remedy: string): ConfigurationError {
  return new ConfigurationError(`${field} ${seen}`, { field, hint: `${remedy}.` });
}
