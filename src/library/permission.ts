import { cutPath } from './cut-path.js';

// Node.js's permission names and the flags that grant them.
const flags: Readonly<Record<string, string>> = {
  FileSystemRead: '--allow-fs-read',
  FileSystemWrite: '--allow-fs-write',
  ChildProcess: '--allow-child-process',
  WorkerThreads: '--allow-worker',
  Net: '--allow-net',
};

/**
 * The flag that would allow what Node.js's permission model refused, such as `--allow-fs-read=/photos/a.jpg`; undefined
 * for other errors.
 */
export function missingFlag(error: unknown): string | undefined {
  const {
    code,
    permission = '',
    resource,
  } = Object(error) as Record<'code' | 'permission' | 'resource', string | undefined>;
  if (code !== 'ERR_ACCESS_DENIED') return undefined;
  const flag = flags[permission] ?? '--allow-...';
  return resource && permission.startsWith('FileSystem') ? `${flag}=${resource}` : flag;
}

/** Returns `error`, with the missing flag in its message if there is one. */
export function withMissingFlag<E>(error: E): E {
  const flag = missingFlag(error);
  return flag === undefined
    ? error
    : withMessage(error, `Node.js runs under its permission model, which needs ${cutPath(flag)} for this`);
}

/**
 * Throws what Node.js throws where its permission model allows no network, naming the flag: Node.js 25 and later throw
 * it out of `listen` when nobody can catch it any more.
 */
export function mayUseNetwork(): void {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (!permission || !process.allowedNodeEnvironmentFlags.has('--allow-net') || permission.has('net')) return;
  throw withMissingFlag(Object.assign(new Error(), { code: 'ERR_ACCESS_DENIED', permission: 'Net' }));
}

/** Returns `error` with another message, also in its stack. */
export function withMessage<E>(error: E, message: string): E {
  const worded = error as Error;
  const stack = worded.stack?.replace(worded.message, () => message);
  worded.message = message;
  if (stack !== undefined) worded.stack = stack;
  return error;
}
