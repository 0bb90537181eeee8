// resolveProxy() answers which way a request would take; explainProxy() answers why. Neither opens a socket.
import { explainProxy, resolveProxy } from '@sdk/common';

const levels = {
  instance: { noProxy: ['.internal.corp'] },
  env: { https_proxy: 'http://proxy.corp:3128', no_proxy: 'localhost' },
};

const { proxy, decidedBy, variable } = resolveProxy('https://api.example.com', levels);
console.log(`${String(proxy)}, by ${decidedBy} (${variable})`);

const inside = resolveProxy('https://git.internal.corp', levels);
console.log(`direct, because "${inside.bypassedBy}" matches`);

console.log(explainProxy('https://git.internal.corp', levels).text); // the same as data in its other members
