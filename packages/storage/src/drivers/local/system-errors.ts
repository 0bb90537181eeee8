/** Errors of the file system, as the SDK's own. */
import { ConflictError, PermissionError, ServerError } from '@sdk/common';

/** Node's code of a failed system call, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  // By its shape, not its class: an error of Node's own may come from another realm.
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
}

/** There is nothing at that path, or a part of it that should be a directory is none. */
export function isMissing(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

const WORDS: Record<string, string> = {
  EACCES: 'the system denies access',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EMFILE: 'this process has too many files open',
  ENFILE: 'the system has too many files open',
  EIO: 'the disk failed',
  EXDEV: 'the container is on another file system than the root',
  ELOOP: 'a symbolic link is not followed',
  ENAMETOOLONG: 'the path is too long for this system',
};

/**
 * Rethrows a failure of the file system as an SDK error; others as they are.
 * @param what completes "… failed", such as `Writing "a/b"`.
 */
export function throwSystemError(error: unknown, what: string): never {
  const code = systemCode(error);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
  const init = { status: 0, providerCode: code, cause: error };
  const message = `${what} failed: ${WORDS[code] ?? 'the system refuses'} (${code})`;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ELOOP':
      throw new PermissionError(message, { ...init, status: 403 });
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ENOTEMPTY':
    case 'EEXIST':
      throw new ConflictError(message, { ...init, status: 409 });
    default:
      throw new ServerError(message, { ...init, status: 500 });
  }
}
