import { cutPath } from './cut-path.js';

// What Node.js calls the permissions of its model, and the flags that give them.
const flags: Readonly<Record<string, string>> = {
  FileSystemRead: '--allow-fs-read',
  FileSystemWrite: '--allow-fs-write',
  ChildProcess: '--allow-child-process',
  WorkerThreads: '--allow-worker',
  Net: '--allow-net',
};

/** The flag by which Node.js allows what its permission model has refused, such as `--allow-fs-read=/photos/a.jpg`; else undefined. */
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

/** `error`, whose message names that flag where there is one. */
export function namingFlag<E>(error: E): E {
  const flag = missingFlag(error);
  return flag === undefined
    ? error
    : withMessage(error, `Node.js runs under its permission model, which needs ${cutPath(flag)} for this`);
}

/** `error` with another message, also in its stack. */
export function withMessage<E>(error: E, message: string): E {
  const worded = error as Error;
  const stack = worded.stack?.replace(worded.message, () => message);
  worded.message = message;
  if (stack !== undefined) worded.stack = stack;
  return error;
}
