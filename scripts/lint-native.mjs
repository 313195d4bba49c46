// npm run lint:native: clang-tidy over the addon, the core and their tests, as .clang-tidy says. Minutes, and large tools, so that it is
// not part of npm test; continuous integration runs it. Installs the tools where apt-get may.
//
//   npm run lint:native -- --if-possible    ends well where the tools cannot be had: Debian 12 and Ubuntu 22.04 and 24.04 have them
//   npm run lint:native -- --minutes 15     downloads and checks no longer than that, from the end of the set-up on; ends well with
//                                           the names of the files that it has not come to, unless it has found something by then
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { clangTool, clangVersion } from './clang-tool.mjs';
import { setUpOrExit } from './setup.mjs';
import { root, run, SetupError } from './steps.mjs';
import { installMissing } from './system-packages.mjs';

const folder = path.join('build', 'tidy');
const { values: wish } = parseArgs({ options: { 'if-possible': { type: 'boolean' }, minutes: { type: 'string' } } });
if (wish.minutes !== undefined && !(Number(wish.minutes) > 0)) {
  console.error(`lint:native: --minutes must be a number above 0, got "${wish.minutes}"`);
  process.exit(2);
}

// clang-format is for npm test, which skips its check where it is not there.
const needs = ['clang-tidy', 'clang-format'].map((name) => ({
  name: `${name} ${clangVersion}`,
  has: () => clangTool(name) !== undefined,
  packages: [`${name}-${clangVersion}`],
}));

/** Installs what is missing, or ends the process: well where that was the wish. */
async function installTools(deadline) {
  try {
    await installMissing(needs, deadline);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    console.log(`clang-tidy: skipped, there is no version ${clangVersion} here`);
    process.exit(wish['if-possible'] ? 0 : 1);
  }
}

/** The files that the build compiles, with the commands by which it does. */
async function compiledFiles() {
  const cmakeJs = path.join('node_modules', 'cmake-js', 'bin', 'cmake-js');
  const settings = ['--CDFACES_TESTS=ON', '--CDCMAKE_EXPORT_COMPILE_COMMANDS=ON'];
  if (!(await run('clang-tidy: configure', process.execPath, [cmakeJs, 'configure', '--out', folder, ...settings])))
    process.exit(1);
  const commands = JSON.parse(readFileSync(path.join(root, folder, 'compile_commands.json'), 'utf8'));
  const files = commands.map(({ file }) => path.relative(root, file));
  return files.filter((file) => /^(native|test)\//.test(file)).sort();
}

/** Resolves to what clang-tidy finds in a file, empty where that is nothing; to undefined where `timeIsUp` comes first. */
async function findings(tool, file, timeIsUp) {
  const child = spawn(tool, ['-p', folder, '--quiet', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: timeIsUp,
  });
  const output = [];
  const errors = []; // mostly how many warnings of OpenCV's headers it has left out
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => errors.push(chunk));
  try {
    const [status] = await once(child, 'close');
    return status === 0 ? '' : Buffer.concat([...output, ...errors]).toString();
  } catch (error) {
    if (error.name === 'AbortError') return undefined;
    throw error;
  }
}

await setUpOrExit({ withTests: true });
const deadline = wish.minutes && Date.now() + Number(wish.minutes) * 60_000;
await installTools(deadline);
const tool = clangTool('clang-tidy');
const files = await compiledFiles();
const timeIsUp = deadline ? AbortSignal.timeout(Math.max(Math.ceil(deadline - Date.now()), 0)) : undefined;
const left = new Set(files);
let bad = 0;
async function checkNext(queue) {
  for (const file of queue) {
    const found = await findings(tool, file, timeIsUp);
    if (found === undefined) return;
    left.delete(file);
    if (found) bad += 1;
    console.log(`[${files.length - left.size}/${files.length}] ${file}${found && `\n${found}`}`);
  }
}
const queue = files.values();
await Promise.all(Array.from({ length: availableParallelism() }, () => checkNext(queue)));
if (left.size > 0) console.log(`clang-tidy: the time is over, not checked: ${[...left].join(', ')}`);
const checked = files.length - left.size;
console.log(`clang-tidy: ${bad > 0 ? `${bad} of ${checked} files have findings` : `nothing in ${checked} files`}`);
if (bad > 0) process.exitCode = 1;
