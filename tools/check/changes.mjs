// Every change of a package since origin/main has a changeset. A repository without that branch, where work is not yet
// shared with anybody, is compared with its first commit.
import { bin, capture, say } from '../setup/say.mjs';

const shared = await capture('git', ['rev-parse', '--verify', '--quiet', 'origin/main']);
const first = await capture('git', ['rev-list', '--max-parents=0', 'HEAD']);
const since = shared.code === 0 ? 'origin/main' : first.output.trim().split('\n')[0];
const status = await capture(bin('changeset'), ['status', `--since=${since}`]);
say('changes', `changeset status --since=${since}\n${status.output}`);
process.exitCode = status.code;
