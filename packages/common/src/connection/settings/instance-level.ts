/** The proxy settings of a driver, or of a view of it. A view inherits what it leaves out, including later changes. */
import type { CompiledLevel, ProxyLevel } from '../../proxy/level.js';
import { compileLevel, composeLevel } from '../../proxy/level.js';
import type { NoProxy } from '../../proxy/no-proxy.js';
import type { CompiledSetting, HttpProxy } from '../../proxy/setting.js';

/** The instance's level of the cascade, of a driver or of one view. */
export class InstanceLevel {
  readonly #parent: InstanceLevel | undefined;
  /** Whether a proxy was given here. If so, later changes of the parent do not matter. */
  #speaks: boolean;
  /** As read when it was given. If the caller changes the object later, this does not change. */
  #setting: CompiledSetting | undefined;
  readonly #noProxy: NoProxy | undefined;
  #level: CompiledLevel;
  /** The parent's level that `#level` was made over. */
  #inherited: CompiledLevel | undefined;

  /** @throws ConfigurationError that names the option at fault. */
  constructor(options: ProxyLevel, parent: InstanceLevel | undefined) {
    this.#parent = parent;
    this.#speaks = options.httpProxy !== undefined;
    const said = compileLevel(options, 'instance');
    this.#setting = said.setting;
    this.#noProxy = said.noProxy;
    this.#inherited = parent?.now;
    this.#level = this.#compose();
  }

  /** The level as it is now. */
  get now(): CompiledLevel {
    const inherited = this.#parent?.now;
    if (inherited !== this.#inherited) {
      this.#level = this.#compose();
      this.#inherited = inherited;
    }
    return this.#level;
  }

  /** @throws ConfigurationError, and then nothing has changed. */
  setHttpProxy(httpProxy: HttpProxy | undefined): void {
    this.#setting = compileLevel({ httpProxy }, 'instance').setting;
    this.#speaks = true;
    this.#level = this.#compose();
  }

  #compose(): CompiledLevel {
    const parent = this.#parent?.now;
    if (parent !== undefined && !this.#speaks && this.#noProxy === undefined) return parent;
    return composeLevel(
      'instance',
      this.#speaks ? this.#setting : parent?.setting,
      this.#noProxy ?? parent?.noProxy,
    );
  }
}
