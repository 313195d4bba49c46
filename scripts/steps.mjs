// How the steps of a set-up, of tests and of tools are run and reported. Without dependencies, as setup.mjs is.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..');
export const logFile = path.join(root, '.setup', 'log');

/** A step that cannot be done, with what to do about it. */
export class SetupError extends Error {}

export const say = (text) => console.log(`[setup] ${text}`);

/**
 * Runs a command with its output in the log; shows that it is alive, its lines that begin with "WARNING:", and the log's end where it
 * fails. Resolves to success.
 */
export async function run(title, command, args, environment = {}, cwd = root) {
  say(`${title} ...`);
  mkdirSync(path.dirname(logFile), { recursive: true });
  const started = Date.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [`\n$ ${command} ${args.join(' ')}\n`];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk.toString()));
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const lastLine = () => output.join('').trimEnd().split('\n').at(-1).slice(0, 100);
  const timer = setInterval(() => say(`${title}: ${seconds()} s, ${lastLine()}`), 15_000);
  const status = await new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', resolve);
  });
  clearInterval(timer);
  writeFileSync(logFile, output.join(''), { flag: 'a' });
  for (const [warning] of output.join('').matchAll(/^WARNING:.*/gm)) say(warning);
  if (status === 0) say(`${title}: done in ${seconds()} s`);
  else console.error(output.join('').split('\n').slice(-30).join('\n'));
  return status === 0;
}

/** Awaits a step; ends the process with the reason where it fails. */
export async function orExit(step) {
  try {
    return await step();
  } catch (error) {
    console.error(`[setup] ${error instanceof SetupError ? error.message : error.stack}`);
    process.exit(1);
  }
}
