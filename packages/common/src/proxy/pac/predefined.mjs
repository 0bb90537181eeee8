// The functions that a PAC file may call, as Netscape described them and browsers keep them. The text of `predefined` is
// evaluated inside the sandbox, so nothing in it can be stopped by a script for longer than the sandbox allows; it uses
// nothing but JavaScript, `look` (the addresses of a name, by host) and `own` (the addresses of this machine).

/**
 * @param {(name: string) => string} look the addresses of a name, parted by `;`; empty where it has none
 * @param {string} own this machine's addresses, parted by `;`, IPv4 first
 */
export function predefined(look, own) {
  const addresses = (name) => look(String(name)).split(';').filter(Boolean);
  const isV4 = (address) => !address.includes(':');
  const resolve = (name) => addresses(name).find(isV4) ?? null;

  const octets = (address) => {
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/
      .exec(String(address))
      ?.slice(1)
      .map(Number);
    return parts?.every((part) => part < 256) ? parts : undefined;
  };
  const number = (parts) => parts.reduce((all, part) => all * 256 + part, 0);

  /** The bits of an address, most significant first: 32 of them, or 128. */
  const bits = (address) => {
    const v4 = octets(address);
    if (v4) return v4.map((part) => part.toString(2).padStart(8, '0')).join('');
    const text = String(address).replace(/(\d+\.\d+\.\d+\.\d+)$/, (tail) => {
      const [a, b, c, d] = octets(tail) ?? [0, 0, 0, 0];
      return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
    });
    const [head, tail, more] = text.split('::');
    if (more !== undefined) return undefined;
    const left = head === '' ? [] : head.split(':');
    const right = tail === undefined || tail === '' ? [] : tail.split(':');
    const missing = 8 - left.length - right.length;
    if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
    const groups = [...left, ...Array(missing).fill('0'), ...right];
    if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
    return groups.map((group) => parseInt(group, 16).toString(2).padStart(16, '0')).join('');
  };

  /** `*` and `?`, without a regular expression: it takes time in proportion to both lengths, whatever the pattern. */
  const globs = (text, pattern) => {
    let [t, p, star, mark] = [0, 0, -1, 0];
    while (t < text.length) {
      if (
        p < pattern.length &&
        (pattern[p] === '?' || pattern[p] === text[t]) &&
        pattern[p] !== '*'
      ) {
        t += 1;
        p += 1;
      } else if (pattern[p] === '*') {
        star = p;
        mark = t;
        p += 1;
      } else if (star !== -1) {
        p = star + 1;
        mark += 1;
        t = mark;
      } else return false;
    }
    while (pattern[p] === '*') p += 1;
    return p === pattern.length;
  };

  const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
  const MONTHS = [
    'JAN',
    'FEB',
    'MAR',
    'APR',
    'MAY',
    'JUN',
    'JUL',
    'AUG',
    'SEP',
    'OCT',
    'NOV',
    'DEC',
  ];
  const timed = (given) => {
    const utc = given.at(-1) === 'GMT';
    const now = new Date();
    const part = (name) => now[`get${utc ? 'UTC' : ''}${name}`]();
    return { part, args: utc ? given.slice(0, -1) : given };
  };
  const compare = (a, b) => {
    const i = a.findIndex((value, at) => value !== b[at]);
    return i === -1 ? 0 : a[i] - b[i];
  };
  /** A range whose end lies before its start goes over the turn: 22 to 6, NOV to FEB. */
  const within = (from, now, to, turns = true) => {
    const [after, before] = [compare(now, from) >= 0, compare(now, to) <= 0];
    return compare(from, to) <= 0 ? after && before : turns && (after || before);
  };

  function weekdayRange(...given) {
    const { part, args } = timed(given);
    const [from, to = from] = args.map((name) => DAYS.indexOf(name));
    return from >= 0 && to >= 0 && within([from], [part('Day')], [to]);
  }

  /** Numbers above 31 are years, others days; names are months. Each once is a point, each twice a range. */
  function dateRange(...given) {
    const { part, args } = timed(given);
    const point = (values) => {
      const fields = {};
      for (const value of values) {
        const month = MONTHS.indexOf(value);
        if (month !== -1) fields.month = month;
        else if (Number(value) > 31) fields.year = Number(value);
        else fields.day = Number(value);
      }
      return fields;
    };
    const now = { year: part('FullYear'), month: part('Month'), day: part('Date') };
    const ORDER = ['year', 'month', 'day'];
    const whole = point(args);
    const isRange = Object.keys(whole).length < args.length;
    const from = isRange ? point(args.slice(0, args.length / 2)) : whole;
    const to = isRange ? point(args.slice(args.length / 2)) : whole;
    const used = ORDER.filter((name) => name in from);
    if (used.length === 0 || used.some((name) => !(name in to))) return false;
    const of = (fields) => used.map((name) => fields[name]);
    return within(of(from), of(now), of(to), !('year' in from));
  }

  /** Hours; hours and minutes; hours, minutes and seconds: from and to, both included as far as they are said. */
  function timeRange(...given) {
    const { part, args } = timed(given);
    const size = args.length < 2 ? 1 : args.length / 2;
    const [from, to] = [args.slice(0, size), args.length < 2 ? args : args.slice(size)].map(
      (half) => half.map(Number),
    );
    const now = [part('Hours'), part('Minutes'), part('Seconds')].slice(0, size);
    return args.length > 0 && within(from, now, to);
  }

  function isInNet(host, pattern, mask) {
    const address = octets(host) ? String(host) : resolve(host);
    const [of, net, under] = [octets(address), octets(pattern), octets(mask)];
    return (
      Boolean(of && net && under) &&
      of.every((part, i) => (part & under[i]) === (net[i] & under[i]))
    );
  }

  function isInNetEx(host, prefix) {
    const [net, length] = String(prefix).split('/');
    const wanted = bits(net);
    const size = Number(length);
    if (wanted === undefined || !(size >= 0 && size <= wanted.length)) return false;
    return [String(host), ...addresses(host)].some((address) => {
      const found = bits(address);
      return found?.length === wanted.length && found.slice(0, size) === wanted.slice(0, size);
    });
  }

  Object.assign(globalThis, {
    alert: () => undefined,
    convert_addr: (address) => number(octets(address) ?? [0]) | 0,
    dateRange,
    dnsDomainIs: (host, domain) =>
      String(host).toLowerCase().endsWith(String(domain).toLowerCase()),
    dnsDomainLevels: (host) => String(host).split('.').length - 1,
    dnsResolve: resolve,
    dnsResolveEx: (host) => addresses(host).join(';'),
    isInNet,
    isInNetEx,
    isPlainHostName: (host) => !/[.:]/.test(String(host)),
    isResolvable: (host) => resolve(host) !== null,
    isResolvableEx: (host) => addresses(host).length > 0,
    localHostOrDomainIs: (host, name) =>
      String(host) === String(name) ||
      (!String(host).includes('.') && String(name).startsWith(`${host}.`)),
    myIpAddress: () => own.split(';').find(isV4) || '127.0.0.1',
    myIpAddressEx: () => own,
    shExpMatch: (text, pattern) => globs(String(text), String(pattern)),
    timeRange,
    weekdayRange,
  });
}
