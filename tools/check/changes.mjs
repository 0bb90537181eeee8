// Every change of a package since origin/main has a changeset; without that branch, the changesets are only validated.
import { bin, capture, say } from '../setup/say.mjs';

const branch = await capture('git', ['rev-parse', '--verify', '--quiet', 'origin/main']);
const since = branch.code === 0 ? 'origin/main' : 'HEAD';
const status = await capture(bin('changeset'), ['status', `--since=${since}`]);
say('changes', `changeset status --since=${since}\n${status.output}`);
process.exitCode = status.code;
