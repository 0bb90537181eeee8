/** Where a container or an object is on the disk, and the guard that keeps every path below the root. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationError, NotFoundError, PermissionError } from '@sdk/common';
import { CONTROL_DIRECTORY } from './control.js';
import { isMissing } from './system-errors.js';

const MAX_SEGMENT_BYTES = 255;

/**
 * The segments of an object's name, each the name of a directory or file.
 *
 * A file tree cannot hold every name that an object store can: one with an empty, `.` or `..` segment (so also one that
 * begins or ends with a slash) would be another file than it says, or lie outside.
 * @throws ConfigurationError
 */
export function segmentsOf(name: string): string[] {
  const segments = name.split('/');
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') {
      throw refused(
        name,
        'each part between slashes becomes a directory or a file, so none may be empty, "." or ".."',
      );
    }
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
      throw refused(name, `a part between slashes may have ${MAX_SEGMENT_BYTES} bytes`);
    }
    // Windows reads these as another separator, a drive, or a stream of the file.
    if (path.sep === '\\' && /[\\:]/.test(segment)) {
      throw refused(name, 'a backslash or colon leads elsewhere on this system');
    }
  }
  return segments;
}

function refused(name: string, why: string): ConfigurationError {
  return new ConfigurationError(
    `name is ${JSON.stringify(name)}, which a directory tree cannot hold: ${why}`,
    { field: 'name' },
  );
}

/**
 * The path of a container's directory.
 * @throws NotFoundError where it is absent (a file or symbolic link of that name is no container).
 */
export async function containerPath(root: string, container: string): Promise<string> {
  const directory = path.join(root, checkedContainer(container));
  const stat = await lstat(directory).catch(nothingIfMissing);
  if (stat?.isDirectory() !== true) {
    throw new NotFoundError(`There is no container ${JSON.stringify(container)}`, {
      status: 404,
      providerCode: 'NoSuchContainer',
    });
  }
  return directory;
}

/**
 * A container's name, which must not be the control directory's.
 * @throws ConfigurationError
 */
export function checkedContainer(container: string): string {
  if (container === CONTROL_DIRECTORY || Buffer.byteLength(container) > MAX_SEGMENT_BYTES) {
    throw new ConfigurationError(
      `container is ${JSON.stringify(container)}: "${CONTROL_DIRECTORY}" is kept for metadata, and a directory's name may have ${MAX_SEGMENT_BYTES} bytes`,
      { field: 'container' },
    );
  }
  return container;
}

/**
 * The path of an object's file, which need not exist.
 *
 * No symbolic link is followed below the root: wherever one leads, what lies there is not ours to read or to write.
 * @throws PermissionError where a part of it is a symbolic link.
 */
export async function objectPath(
  containerDirectory: string,
  segments: readonly string[],
): Promise<string> {
  let current = containerDirectory;
  for (const [index, segment] of segments.entries()) {
    current = path.join(current, segment);
    const stat = await lstat(current).catch(nothingIfMissing);
    if (stat === undefined) return path.join(current, ...segments.slice(index + 1));
    if (stat.isSymbolicLink()) {
      throw new PermissionError(
        `${JSON.stringify(segments.slice(0, index + 1).join('/'))} is a symbolic link; links are not followed, since they may lead out of the root`,
        { status: 403, providerCode: 'SymbolicLink' },
      );
    }
  }
  return current;
}

function nothingIfMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
