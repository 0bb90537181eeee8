// Compares the public faces with the reports in packages/*/api, so that no change of the public surface goes unseen.
// `--update` writes the reports instead. Reads the declarations that the build made.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { root, say } from '../setup/say.mjs';
import { faces, misplaced, published } from './faces.mjs';

const update = process.argv.includes('--update');
const unreported = { logLevel: ExtractorLogLevel.None, addToApiReportFile: false };
let complaints = 0;

function complain(text) {
  complaints += 1;
  say('api', text);
}

function report({ package: { folder }, specifier, label, types }) {
  if (!existsSync(path.join(root, types)))
    return complain(`${specifier}: ${types} is missing: build first`);
  const reportFolder = path.join(root, folder, 'api');
  mkdirSync(reportFolder, { recursive: true });
  const extractorConfig = ExtractorConfig.prepare({
    configObject: {
      projectFolder: path.join(root, folder),
      mainEntryPointFilePath: path.join(root, types),
      compiler: {
        overrideTsconfig: {
          extends: path.join(root, 'tsconfig.base.json'),
          // The built declarations of the other packages, not their sources.
          compilerOptions: { customConditions: [], skipLibCheck: true, types: ['node'] },
          files: [path.join(root, types)],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${label}.api.md`,
        reportFolder,
        reportTempFolder: path.join(root, '.cache/api', folder),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        // Messages name lines of files, which would change the report with every edit.
        extractorMessageReporting: { default: unreported },
        tsdocMessageReporting: { default: unreported },
      },
      newlineKind: 'lf',
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(root, folder, 'package.json'),
  });
  const result = Extractor.invoke(extractorConfig, {
    localBuild: update,
    showVerboseMessages: false,
    typescriptCompilerFolder: path.join(root, 'node_modules/typescript'),
    messageCallback(message) {
      if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
      if (/console-api-report|console-compiler-version/.test(message.messageId))
        message.handled = true;
    },
  });
  if (result.apiReportChanged && !update)
    complain(`${specifier} is not what ${folder}/api/${label}.api.md says`);
  else if (!result.succeeded) complain(`${specifier}: ${result.errorCount} errors`);
}

/** Every export has a docstring; where a function is overloaded, one of its signatures has it. */
function complainOfUndocumented({ package: { folder }, specifier, label }) {
  const text = readFileSync(path.join(root, folder, 'api', `${label}.api.md`), 'utf8');
  const named = (pattern) => [...text.matchAll(pattern)].map(([, name]) => name);
  const declared = String.raw`\nexport (?:abstract )?(?:class|const|function|interface|type) (\w+)`;
  const documented = new Set(named(new RegExp(`// @public${declared}`, 'g')));
  for (const name of named(new RegExp(String.raw`// @public \(undocumented\)${declared}`, 'g')))
    if (!documented.has(name)) complain(`${specifier} exports ${name} without a docstring`);
}

for (const text of misplaced) complain(text);
for (const face of faces) {
  report(face);
  complainOfUndocumented(face);
}
for (const { folder } of published) {
  const folderOfReports = path.join(root, folder, 'api');
  if (!existsSync(folderOfReports)) continue;
  const expected = faces
    .filter((face) => face.package.folder === folder)
    .map((face) => `${face.label}.api.md`);
  for (const file of readdirSync(folderOfReports).filter((name) => !expected.includes(name)))
    if (update) rmSync(path.join(folderOfReports, file));
    else complain(`${folder}/api/${file} reports a face that is not there`);
}
if (complaints > 0) {
  say(
    'api',
    'if the change is meant, run "node tools/check/api.mjs --update" after a build and commit the reports',
  );
  process.exitCode = 1;
} else say('api', `${faces.length} faces ${update ? 'written' : 'are as reported'}`);
