// What the service does with a full disk, too little memory, thousands of connections, no network.
//
//   npm run tools -- faults [fullLogDisk fullModelsDisk memoryLimit podMemory idleConnections slowReader noNetwork]
//
// What npm test cannot do everywhere, for it needs root, disks of its own, limits of memory or thousands of connections. docs/FAULTS.md
// says what each shows. Runs the faults named, or all; ends with status 1 where something is not as stated.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { descriptorLimitOf } from '../lib/proc.mjs';
import { descriptorsNeeded, idleConnections } from './connections.mjs';
import { fullLogDisk, fullModelsDisk } from './full-disk.mjs';
import { groupTrouble } from './memory-group.mjs';
import { memoryLimit } from './memory-limit.mjs';
import { noNetwork } from './no-network.mjs';
import { podMemory } from './pod-memory.mjs';
import { slowReader } from './slow-reader.mjs';

const faults = { fullLogDisk, fullModelsDisk, memoryLimit, podMemory, idleConnections, slowReader, noNetwork };

const works = (command, ...args) => spawnSync(command, args).status === 0;
const needsRoot = () => (process.getuid() === 0 ? '' : 'it needs root');

/** What is missing here for a fault; empty where nothing is. */
const missing = {
  fullLogDisk: needsRoot,
  fullModelsDisk: needsRoot,
  memoryLimit: groupTrouble,
  podMemory: groupTrouble,
  idleConnections: () =>
    descriptorLimitOf('self') >= descriptorsNeeded ? '' : `ulimit -n must allow ${descriptorsNeeded}`,
  slowReader: () => (works('python3', '--version') ? '' : 'python3 is not installed'),
  noNetwork: () => (works('unshare', '--net', 'true') ? '' : 'it may not make a network of its own'),
};

// Each takes half a minute; what is waited for beyond this does not come.
const timeLimitMs = 300_000;
async function tooLate() {
  await sleep(timeLimitMs, undefined, { ref: false });
  throw new Error(`not done after ${timeLimitMs / 1000} s`);
}

const given = process.argv.slice(2);
const unknown = given.filter((name) => !Object.hasOwn(faults, name));
if (unknown.length > 0) {
  console.error(`usage: npm run tools -- faults [${Object.keys(faults).join('|')}] ...`);
  process.exit(2);
}

let failures = 0;
let skipped = 0;
for (const name of given.length > 0 ? given : Object.keys(faults)) {
  const reason = await missing[name]();
  if (reason) {
    console.log(`${name}: skipped, ${reason}`);
    skipped += 1;
    continue;
  }
  console.log(name);
  const expect = (isSo, what, found) => {
    if (!isSo) failures += 1;
    console.log(isSo ? `  ${what}` : `  NOT SO: ${what}: ${JSON.stringify(found)}`);
  };
  try {
    const measured = await Promise.race([faults[name](expect), tooLate()]);
    if (measured) console.log(`  measured: ${JSON.stringify(measured)}`);
  } catch (error) {
    expect(false, 'it comes to its end', String(error));
  }
}
console.log(
  `${failures === 0 ? 'all as stated' : `${failures} not as stated`}${skipped ? `, ${skipped} skipped` : ''}`,
);
process.exit(failures > 0 ? 1 : 0); // also where something is still waited for
