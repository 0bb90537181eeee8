// Which way the arrows point: the rooms and floors of ARCHITECTURE.md, as rules. tools/check/arrows.mjs proves that each one fires.

const common = '^packages/common/src/';
const services = 'compute|storage|dns';

/** A folder of common may import only the ones named; files that lie directly in src (errors, facts, …) serve all. */
function layer(name, below) {
  const upwards = [
    'telemetry',
    'route',
    'proxy',
    'wire',
    'transport',
    'connection',
    'driver',
  ].filter((other) => other !== name && !below.includes(other));
  return {
    name: `common-${name}-imports-only-what-is-below`,
    comment: `common/src/${name} may import ${below.join(', ') || 'nothing'} beside the files of common/src itself.`,
    severity: 'error',
    from: { path: `${common}${name}/` },
    to: { path: `${common}((${upwards.join('|')})/|index\\.ts$)` },
  };
}

export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'No circle, not even of types.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },

    // common: driver → connection → { proxy, transport → wire } → telemetry; everything → errors → facts
    layer('driver', ['connection', 'proxy', 'transport', 'route', 'telemetry']),
    layer('connection', ['proxy', 'transport', 'route', 'telemetry']),
    layer('transport', ['wire', 'route', 'telemetry']),
    layer('wire', ['route', 'telemetry']),
    layer('proxy', ['route', 'telemetry']),
    layer('route', []),
    {
      name: 'common-telemetry-imports-facts-and-errors-only',
      comment: 'Everybody above route may publish; what is published is made of facts.',
      severity: 'error',
      from: { path: `${common}telemetry/` },
      to: { path: '^packages/', pathNot: `${common}(telemetry/|(facts|errors)\\.ts$)` },
    },
    {
      name: 'connection-stages-stand-above-answers',
      comment: 'Inside connection: stages → { answers, pac, settings } → { content, options }.',
      severity: 'error',
      from: { path: `${common}connection/(answers|content|options|pac|settings)/` },
      to: { path: `${common}connection/stages/` },
    },
    {
      name: 'connection-answers-stand-above-content-and-options',
      severity: 'error',
      from: { path: `${common}connection/(content|options)/` },
      to: { path: `${common}connection/(answers|pac|settings)/` },
    },
    {
      name: 'connection-content-knows-no-options',
      comment:
        'A body or a header is the same whatever options brought it; options are made of them.',
      severity: 'error',
      from: { path: `${common}connection/content/` },
      to: { path: `${common}connection/options/` },
    },
    {
      name: 'common-errors-imports-only-facts',
      severity: 'error',
      from: { path: `${common}errors(/|\\.ts$)` },
      to: { path: '^packages/', pathNot: `${common}(errors/|facts\\.ts$)` },
    },
    {
      name: 'common-facts-imports-nothing',
      severity: 'error',
      from: { path: `${common}facts\\.ts$` },
      to: { path: '^packages/' },
    },
    {
      name: 'common-base-files-import-no-folder',
      comment:
        'A file directly in common/src is below every folder but errors/, the parts of errors.ts (the faces, which list exports, are not).',
      severity: 'error',
      from: { path: `${common}[^/]+\\.ts$`, pathNot: `${common}(index|undici)\\.ts$` },
      to: { path: `${common}[^/]+/`, pathNot: `${common}errors/` },
    },
    {
      name: 'socks-is-loaded-on-first-use',
      comment:
        'A program that uses no SOCKS proxy loads nothing of it: await import() alone leads there.',
      severity: 'error',
      from: { path: common, pathNot: `${common}wire/socks` },
      to: { path: `${common}wire/socks`, dynamic: false },
    },
    {
      name: 'undici-is-behind-its-own-face',
      comment: 'undici is an optional peer: only who imports @sdk/common/undici needs it.',
      severity: 'error',
      from: { path: common, pathNot: `${common}(undici\\.ts$|transport/undici/)` },
      to: { path: `${common}(undici\\.ts$|transport/undici/)|node_modules/undici/` },
    },

    // between packages
    {
      name: 'common-imports-no-package',
      severity: 'error',
      from: { path: common },
      to: { path: '^packages/(?!common/)' },
    },
    {
      name: 'providers-import-only-common',
      severity: 'error',
      from: { path: '^packages/providers/src/' },
      to: { path: '^packages/(?!common/|providers/)' },
    },
    {
      name: 'no-provider-imports-another',
      severity: 'error',
      from: { path: '^packages/providers/src/([^/]+)/' },
      to: { path: '^packages/providers/src/', pathNot: '^packages/providers/src/$1/' },
    },
    {
      name: 'no-service-imports-another',
      severity: 'error',
      from: { path: `^packages/(${services})/src/` },
      to: { path: '^packages/', pathNot: '^packages/($1|common|providers)/' },
    },
    {
      name: 'no-driver-imports-another',
      comment: 'drivers/<id>.ts and drivers/<id>/ belong together.',
      severity: 'error',
      from: { path: `^packages/(${services})/src/drivers/([^/.]+)` },
      to: { path: '^packages/$1/src/drivers/', pathNot: '^packages/$1/src/drivers/$2[./]' },
    },
    {
      name: 'src-never-imports-testing',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/testing/' },
      to: { path: '^packages/testing/' },
    },
    {
      name: 'src-imports-no-test-and-no-tool',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^(packages/[^/]+/test|tools|examples)/' },
    },
    {
      name: 'packages-meet-by-name-only',
      comment:
        'Another package is imported by its name, so by its public face; never by a path into its folder.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'tools-and-examples-use-public-faces',
      severity: 'error',
      from: { path: '^(tools|examples)/' },
      to: { path: '^packages/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-undeclared-package',
      comment:
        "What src imports is in the dependencies of its own package, not only in somebody else's.",
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        // A peer is among the devDependencies too, so that it is there in this workspace.
        dependencyTypesNot: ['npm-peer'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.cache|coverage)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@sdk/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.d.ts', '.json'],
    },
  },
};
