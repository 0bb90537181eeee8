export { actionOf, getAction } from './actions.js';
export type { WireAction } from './actions.js';
export { listItems, memberOf, modelOf } from './answers.js';
export type { ListSpec } from './answers.js';
export { DIGITALOCEAN_ENDPOINT, DigitalOceanConnection } from './connection.js';
export type { DigitalOceanCredentials } from './connection.js';
export { parseDigitalOceanError } from './errors.js';
