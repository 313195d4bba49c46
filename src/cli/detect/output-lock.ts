import {
  existsSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { UsageError } from '../usage-error.js';

// A holder on another machine or in another container shows that it is alive by updating the lock's time every
// `renewMs`.
const renewMs = 10_000;
const staleMs = 60_000;

/** Identifies the process id namespace: this machine, and this container on it. */
function pidNamespace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Creates the lock file, unless it exists. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, JSON.stringify({ pid: process.pid, place: pidNamespace() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

interface Lock {
  pid?: number;
  place?: string;
  ageMs: number;
}

/** Reads a lock, which may be partly written; undefined if there is none. */
function read(lock: string): Lock | undefined {
  let ageMs = 0;
  try {
    ageMs = Date.now() - statSync(lock).mtimeMs;
    return { ...(JSON.parse(readFileSync(lock, 'utf8')) as Omit<Lock, 'ageMs'>), ageMs };
  } catch (error) {
    if (error instanceof SyntaxError) return { ageMs };
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The live holder of the lock; undefined if there is none. A lock with this place and our own process id is left from
 * an earlier boot.
 */
function holder(lock: string): string | undefined {
  const { pid = 0, place, ageMs } = read(lock) ?? { ageMs: Number.POSITIVE_INFINITY };
  if (place === pidNamespace()) return pid !== process.pid && isAlive(pid) ? `process ${pid}` : undefined;
  return ageMs < staleMs ? `process ${pid} on ${place?.split(' ')[0] ?? 'another machine'}` : undefined;
}

/**
 * Takes over the lock of a dead process. The claim file lets one process at a time check again and take it; otherwise
 * it might take it from the next holder.
 */
function takeOver(lock: string): boolean {
  const claim = `${lock}.claim`;
  if (!take(claim)) return false;
  try {
    if (holder(lock) !== undefined) return false;
    rmSync(lock, { force: true });
    return take(lock);
  } finally {
    rmSync(claim);
  }
}

function renew(lock: string): void {
  const now = new Date();
  try {
    utimesSync(lock, now, now);
  } catch {
    // It was removed on purpose.
  }
}

/**
 * Locks `file` against other runs by a lock file beside it, until the returned function is called or the process exits;
 * the lock of a killed process is taken over. Throws UsageError if another run is writing to it. Only regular files are
 * locked.
 */
export function lockOutput(file: string): () => void {
  const kind = statSync(file, { throwIfNoEntry: false });
  // If the folder is missing, opening the file will report it.
  if (kind ? !kind.isFile() : !existsSync(path.dirname(file))) return () => undefined;
  const lock = `${kind ? realpathSync(file) : file}.lock`;
  if (!take(lock) && !takeOver(lock)) {
    const who = holder(lock) ?? 'another process';
    throw new UsageError(`${who} is writing to ${file}: wait for its end (if it has ended, remove ${lock}*)`);
  }
  const release = () => rmSync(lock, { force: true });
  const timer = setInterval(() => renew(lock), renewMs).unref();
  process.once('exit', release);
  return () => {
    clearInterval(timer);
    process.off('exit', release);
    release();
  };
}
