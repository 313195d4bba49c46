import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the lock where there is none. A symbolic link, unlike a file, never stands there without saying whose it is. */
function take(file) {
  try {
    symlinkSync(String(process.pid), file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Whether there is a lock that no other living process holds. One with our own number is of an earlier boot or container. */
function isDead(file) {
  try {
    const pid = Number(readlinkSync(file));
    return !(pid > 0 && pid !== process.pid && isAlive(pid));
  } catch (error) {
    return error.code !== 'ENOENT';
  }
}

/** Removes a dead lock. One process at a time, which looks again: one that has looked before would remove its successor's. */
function removeDead(file) {
  const claim = `${file}.claim`;
  if (!take(claim)) return false;
  try {
    if (isDead(file)) rmSync(file);
    return true;
  } finally {
    rmSync(claim);
  }
}

/** Runs `work` while no other process on this machine does the same under `file`; waits for it, and takes over from a dead one. */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let waited = false; !take(file); waited = true) {
    if (isDead(file) && removeDead(file)) continue;
    if (!waited) console.log(`[setup] waiting for another set-up (if there is none, delete ${file}*)`);
    await sleep(500);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
