// npm run faults: what npm test cannot do everywhere, for it needs root, disks of its own, limits of memory or thousands of
// connections. docs/FAULTS.md says what each shows. Runs the faults named, or all; ends with status 1 where something is not as stated.
//
//   npm run faults -- fullLogDisk fullModelsDisk memoryLimit idleConnections slowReader noNetwork
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { descriptorsNeeded, idleConnections } from './faults/connections.mjs';
import { fullLogDisk, fullModelsDisk } from './faults/full-disk.mjs';
import { memoryLimit } from './faults/memory-limit.mjs';
import { noNetwork } from './faults/no-network.mjs';
import { slowReader } from './faults/slow-reader.mjs';

const faults = { fullLogDisk, fullModelsDisk, memoryLimit, idleConnections, slowReader, noNetwork };

const works = (command, ...args) => spawnSync(command, args).status === 0;
const needsRoot = () => (process.getuid() === 0 ? '' : 'it needs root');
const descriptors = () => Number(/^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);

/** What is missing here for a fault; empty where nothing is. */
const missing = {
  fullLogDisk: needsRoot,
  fullModelsDisk: needsRoot,
  memoryLimit: needsRoot,
  idleConnections: () => (descriptors() >= descriptorsNeeded ? '' : `ulimit -n must allow ${descriptorsNeeded}`),
  slowReader: () => (works('python3', '--version') ? '' : 'python3 is not installed'),
  noNetwork: () => (works('unshare', '--net', 'true') ? '' : 'it may not make a network of its own'),
};

const given = process.argv.slice(2);
const unknown = given.filter((name) => !Object.hasOwn(faults, name));
if (unknown.length > 0) {
  console.error(`usage: npm run faults -- [${Object.keys(faults).join('|')}] ...`);
  process.exit(2);
}

let failures = 0;
for (const name of given.length > 0 ? given : Object.keys(faults)) {
  const reason = missing[name]();
  if (reason) {
    console.log(`${name}: skipped, ${reason}`);
    continue;
  }
  console.log(name);
  const expect = (isSo, what, found) => {
    if (!isSo) failures += 1;
    console.log(isSo ? `  ${what}` : `  NOT SO: ${what}: ${JSON.stringify(found)}`);
  };
  const measured = await faults[name](expect);
  if (measured) console.log(`  measured: ${JSON.stringify(measured)}`);
}
console.log(failures === 0 ? 'all as stated' : `${failures} not as stated`);
process.exitCode = failures > 0 ? 1 : 0;
