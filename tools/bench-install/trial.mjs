// One installation of npm packages into an empty folder, watched.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const compilers = ['cc', 'gcc', 'c++', 'g++', 'make', 'cmake', 'python3'];

/** Makes stand-ins for compilers that note each call and pass it on: what an installation needs is seen, not guessed. */
function watchCompilers(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of compilers) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    if (!stdout) continue;
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho ${name} >> "$COMPILER_LOG"\nexec ${stdout.trim()} "$@"\n`);
    chmodSync(file, 0o755);
  }
}

/** Runs npm in a process group of its own, which is ended with this process or after so many minutes. */
async function npm(args, cwd, env, minutes) {
  const started = performance.now();
  const child = spawn('npm', args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const seconds = () => (performance.now() - started) / 1000;
  const end = () => process.kill(-child.pid, 'SIGKILL');
  const limit = setTimeout(end, minutes * 60_000);
  const alive = setInterval(() => console.error(`  ${Math.round(seconds())} s ...`), 30_000);
  process.on('exit', end);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const status = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ? `ended after ${minutes} minutes` : code));
  });
  process.off('exit', end);
  clearInterval(alive);
  clearTimeout(limit);
  return { status, output, seconds: seconds() };
}

/** Bytes of all files below. */
function sizeOf(folder) {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true, recursive: true }) : [];
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + lstatSync(path.join(parentPath, name)).size, 0);
}

/** Of the output of a program in `folder` the line that says most. */
function reasonIn(output, folder) {
  const lines = output
    .replaceAll(`${folder}${path.sep}`, '')
    .split('\n')
    .map((line) => line.replace(/^npm (error|warn) ?/, '').trim());
  const line =
    lines.find((text) => /^\w*Error\b|ENOTFOUND|ECONN|fatal error/.test(text)) ??
    lines.find((text) => /error|cannot|not found|failed/i.test(text)) ??
    'no reason given';
  return line.length > 140 ? `${line.slice(0, 140)}...` : line;
}

/** Node's headers where they lie beside it; else node-gyp downloads them. */
export function nodeHeaders() {
  const prefix = path.join(path.dirname(process.execPath), '..');
  return existsSync(path.join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
}

/**
 * Installs `packages` in a new folder below `temporary`, with npm's cache in `cache`, and runs the script `runs` there.
 * `environment` holds for both. `isBlocked` leaves install scripts out, as npm 12 and pnpm 10 do.
 * Resolves to seconds; the bytes and number of packages; the names of those with install scripts and of the compilers called; and, where
 * it failed or the script cannot run, `failure` and `cannotRun` with the reason.
 */
export async function trial({ packages, runs, environment }, { temporary, cache, isBlocked, minutes }) {
  const tools = path.join(temporary, 'compilers');
  watchCompilers(tools);
  const folder = mkdtempSync(path.join(temporary, 'project-'));
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  const log = path.join(folder, 'compilers');
  const env = {
    ...process.env,
    ...nodeHeaders(),
    ...environment,
    PATH: `${tools}${path.delimiter}${process.env.PATH}`,
    COMPILER_LOG: log,
    JOBS: String(os.availableParallelism()),
  };
  const flags = ['--no-audit', '--no-fund', '--cache', cache, ...(isBlocked ? ['--ignore-scripts'] : [])];
  const { status, output, seconds } = await npm(['install', ...flags, ...packages], folder, env, minutes);

  const lock = path.join(folder, 'node_modules', '.package-lock.json');
  const installed = existsSync(lock) ? Object.entries(JSON.parse(readFileSync(lock, 'utf8')).packages) : [];
  const calls = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  const run = spawnSync(process.execPath, ['-e', runs], { cwd: folder, env, encoding: 'utf8' });
  return {
    seconds,
    failure: status === 0 ? undefined : `${status}: ${reasonIn(output, folder)}`,
    bytes: sizeOf(path.join(folder, 'node_modules')),
    packages: installed.length,
    scripts: installed
      .filter(([, about]) => about.hasInstallScript)
      .map(([place]) => place.split('node_modules/').at(-1)),
    compilers: compilers.filter((name) => calls.includes(name)),
    cannotRun: run.status === 0 ? undefined : reasonIn(run.stderr, folder),
  };
}
