import { randomBytes } from 'node:crypto';
import type { Container, StorageDriver } from '@sdk/storage';
import { tidied } from './bounded-test.js';
import { driverBench, type DriverBench } from './driver-bench.js';
import { collect, type Runner } from './runner.js';

/** What a server may be known not to do, beside what `capabilities` says of its provider. Each leaves its tests out. */
export type StorageGap =
  /** It stores over what is there although `If-None-Match: *` was sent. */
  | 'ifNoneMatch'
  /** It answers although another etag was asked for by `If-Match`. */
  | 'ifMatch'
  /** It answers with other bytes where the first byte alone is asked for. */
  | 'rangeOfFirstByte'
  /** It loses or changes names beyond letters, digits, `-`, `.` and `/`. */
  | 'unusualNames'
  /** It does not find such a name where it is to be copied. */
  | 'copiesOfUnusualNames'
  /** It normalises `//`, `.` and `..` in names, or has `a` and `a/b` in each other's way. */
  | 'pathLikeNames';

/** What the suite runs on. */
export interface StorageContract extends Runner {
  /** Opens the driver on an account that the suite may change; called for each test. */
  readonly open: () => Promise<{ readonly driver: StorageDriver; close(): Promise<void> }>;
  /** A container's name that is not taken; a new one at each call. @default `sdk-` and twelve hexadecimal digits */
  readonly containerName?: (() => string) | undefined;
  /** What this server is known not to do. @default nothing */
  readonly gaps?: readonly StorageGap[] | undefined;
  /** The size of the large object: more than a part, so that a stream of unknown length goes in parts. @default 9 MiB and 5 bytes */
  readonly largeBytes?: number | undefined;
  /** How a presigned URL is used. @default a plain request over node:http(s) */
  readonly fetchUrl?:
    ((url: string, method: string, body?: string) => Promise<UrlAnswer>) | undefined;
}

/** What a presigned URL answered. */
export interface UrlAnswer {
  readonly status: number;
  readonly body: string;
}

/** What the parts of the suite stand on. */
export interface StorageBench extends DriverBench<StorageDriver> {
  readonly contract: StorageContract;
  /** The name of a container that is not there. */
  readonly freshName: () => string;
  readonly has: (gap: StorageGap) => boolean;
  /** A test in a container of its own, which is emptied and deleted afterwards. */
  readonly inContainer: (
    name: string,
    run: (driver: StorageDriver, container: Container) => Promise<void>,
  ) => void;
}

export function storageBench(contract: StorageContract): StorageBench {
  const bench = driverBench(contract);
  const freshName = contract.containerName ?? (() => `sdk-${randomBytes(6).toString('hex')}`);
  return {
    ...bench,
    contract,
    freshName,
    has: (gap) => contract.gaps?.includes(gap) === true,
    inContainer: (name, run) => {
      bench.on(name, async (driver) => {
        const container = await driver.createContainer(freshName());
        await tidied(
          () => run(driver, container),
          async () => {
            await driver.deleteObjects(container, await collect(driver.listObjects(container)));
            await driver.deleteContainer(container);
          },
        );
      });
    },
  };
}
