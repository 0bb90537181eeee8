import type { TransportBench } from './transport-bench.js';
import type {
  TransportCapabilities,
  TransportContract,
  TransportFactory,
} from './transport-contract.js';
import { boundedTest } from './bounded-test.js';
import { testAborts } from './transport-aborts.js';
import { testAmbient } from './transport-ambient.js';
import { testAuth } from './transport-auth.js';
import { testBodies } from './transport-bodies.js';
import { testBrokenTls } from './transport-broken-tls.js';
import { testClosing } from './transport-closing.js';
import { testConnect } from './transport-connect.js';
import { testCore } from './transport-core.js';
import { testEndings } from './transport-endings.js';
import { testFailures } from './transport-failures.js';
import { testForward } from './transport-forward.js';
import { testHeaders } from './transport-headers.js';
import { testOptions } from './transport-options.js';
import { testPooling } from './transport-pooling.js';
import { testSecrets } from './transport-secrets.js';
import { testSocks } from './transport-socks.js';
import { testStale } from './transport-stale.js';
import { TransportStand } from './transport-stand.js';
import { testTimers } from './transport-timers.js';
import { testTls } from './transport-tls.js';
import { testUploads } from './transport-uploads.js';
import { testWays } from './transport-ways.js';

const ALL: TransportCapabilities = {
  network: true,
  proxies: true,
  socks: true,
  challenges: true,
  pools: true,
  options: true,
};

/**
 * What holds for every transport, as tests of any runner. Each is named by its rule.
 *
 * Each test makes a transport of its own, starts the origins and proxies that it needs on loopback, and closes all of
 * them. What a transport cannot do is said in `capabilities`; what is left out of it is tested.
 *
 * @param factory makes the transport; it is handed the options that the test needs
 * @example
 * testTransport((options) => new RecordingTransport(new AxiosTransport(options)), { test, expect });
 */
export function testTransport(factory: TransportFactory, contract: TransportContract): void {
  const bench: TransportBench = {
    expect: contract.expect,
    can: { ...ALL, ...contract.capabilities },
    on: (name, run) => {
      boundedTest(contract.test, name, {
        open: () => new TransportStand(factory),
        run,
        what: 'the transport, or a server of the test,',
        timeoutMs: contract.timeoutMs,
      });
    },
  };

  testCore(bench);
  if (!bench.can.network) return;
  testWays(bench);
  testHeaders(bench);
  testBodies(bench);
  testEndings(bench);
  testUploads(bench);
  testTls(bench);
  testBrokenTls(bench);
  testTimers(bench);
  testAborts(bench);
  testFailures(bench);
  testSecrets(bench);
  testClosing(bench);
  testAmbient(bench);
  testPooling(bench);
  testStale(bench);
  testOptions(bench);
  if (!bench.can.proxies) return;
  testConnect(bench);
  testForward(bench);
  testAuth(bench);
  if (bench.can.socks) testSocks(bench);
}
