// npm run lint:native: clang-tidy over the addon, the core and their tests, as .clang-tidy says. Minutes, and large tools, so that it is
// not part of npm test; continuous integration runs it. Installs the tools where apt-get may.
//
//   npm run lint:native -- --if-possible    ends well where the tools cannot be had: Debian 12 and Ubuntu 22.04 and 24.04 have them
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { clangTool, clangVersion } from './clang-tool.mjs';
import { installMissing, root, run, SetupError, setUpOrExit } from './setup.mjs';

const folder = path.join('build', 'tidy');

// clang-format is for npm test, which skips its check where it is not there.
const needs = ['clang-tidy', 'clang-format'].map((name) => ({
  name: `${name} ${clangVersion}`,
  has: () => clangTool(name) !== undefined,
  packages: [`${name}-${clangVersion}`],
}));

/** Installs what is missing, or ends the process: well where that was the wish. */
async function installTools() {
  try {
    await installMissing(needs);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    console.log(`clang-tidy: skipped, there is no version ${clangVersion} here`);
    process.exit(process.argv.includes('--if-possible') ? 0 : 1);
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

/** Resolves to what clang-tidy finds in a file; empty where that is nothing. */
async function findings(tool, file) {
  const child = spawn(tool, ['-p', folder, '--quiet', file], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  const errors = []; // mostly how many warnings of OpenCV's headers it has left out
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => errors.push(chunk));
  const [status] = await once(child, 'close');
  return status === 0 ? '' : Buffer.concat([...output, ...errors]).toString();
}

await setUpOrExit({ withTests: true });
await installTools();
const tool = clangTool('clang-tidy');
const left = await compiledFiles();
const count = left.length;
let bad = 0;
async function checkNext() {
  for (let file = left.shift(); file; file = left.shift()) {
    const found = await findings(tool, file);
    if (found) bad += 1;
    console.log(`[${count - left.length}/${count}] ${file}${found && `\n${found}`}`);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, checkNext));
console.log(bad > 0 ? `clang-tidy: ${bad} of ${count} files have findings` : `clang-tidy: nothing in ${count} files`);
if (bad > 0) process.exitCode = 1;
