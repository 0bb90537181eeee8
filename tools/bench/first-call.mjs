/** One call by a client that has just been loaded: `node first-call.mjs <peer> <task as JSON>`; answers with its CPU. */
const [name = '', task = '{}'] = process.argv.slice(2);
const { open } = /** @type {{ open: import('./peer.js').Open }} */ (
  await import(`./peers/${name}.mjs`)
);
await open(JSON.parse(task)).call();
const { user, system } = process.cpuUsage();
process.send?.({ cpuMs: (user + system) / 1_000 });
process.once('disconnect', () => process.exit());
