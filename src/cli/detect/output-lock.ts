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

// A holder elsewhere (another machine or container) shows by the lock's time that it lives: it is renewed each `beatMs`.
const beatMs = 10_000;
const silentMs = 60_000;

/** Where numbers of processes mean the same: this machine, and this container of it. */
function here(): string {
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

/** Makes the lock, unless there is one. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, JSON.stringify({ pid: process.pid, place: here() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

interface Lock {
  pid?: number;
  place?: string;
  silentForMs: number;
}

/** What a lock says, as far as it has been written; undefined where there is none. */
function read(lock: string): Lock | undefined {
  let silentForMs = 0;
  try {
    silentForMs = Date.now() - statSync(lock).mtimeMs;
    return { ...(JSON.parse(readFileSync(lock, 'utf8')) as Omit<Lock, 'silentForMs'>), silentForMs };
  } catch (error) {
    if (error instanceof SyntaxError) return { silentForMs };
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Who has the lock; undefined where nobody that lives has. One of this place with our own number is of an earlier boot. */
function holder(lock: string): string | undefined {
  const { pid = 0, place, silentForMs } = read(lock) ?? { silentForMs: Number.POSITIVE_INFINITY };
  if (place === here()) return pid !== process.pid && isAlive(pid) ? `process ${pid}` : undefined;
  return silentForMs < silentMs ? `process ${pid} on ${place?.split(' ')[0] ?? 'another machine'}` : undefined;
}

/** Takes the lock over from a dead process; one at a time, which looks again, or it would take it from the next one. */
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
    // Whoever has removed it means it.
  }
}

/**
 * Keeps other runs from writing to `file`, by a file beside it, until the function that it gives is called or the process exits; what
 * a killed process has left is taken over. Throws UsageError where another run writes to it. What is no regular file gets no lock.
 */
export function lockOutput(file: string): () => void {
  const kind = statSync(file, { throwIfNoEntry: false });
  // Without a folder there is nothing to lock: opening the file will say so.
  if (kind ? !kind.isFile() : !existsSync(path.dirname(file))) return () => undefined;
  const lock = `${kind ? realpathSync(file) : file}.lock`;
  if (!take(lock) && !takeOver(lock)) {
    const who = holder(lock) ?? 'another process';
    throw new UsageError(`${who} is writing to ${file}: wait for its end (if it has ended, remove ${lock}*)`);
  }
  const release = () => rmSync(lock, { force: true });
  const beat = setInterval(() => renew(lock), beatMs).unref();
  process.once('exit', release);
  return () => {
    clearInterval(beat);
    process.off('exit', release);
    release();
  };
}
