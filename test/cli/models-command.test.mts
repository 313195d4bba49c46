import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { manifestModel } from '#dist/library/model-catalog.js';
import { skip } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';
import { packageFolder } from '../fixtures/package-folder.mjs';

describe('models, in a package without weights', () => {
  let folder: string;
  before(() => {
    // Without the addon as well.
    folder = packageFolder(['package.json', 'node_modules']);
    mkdirSync(path.join(folder, 'source', 'mtcnn'), { recursive: true });
    writeFileSync(path.join(folder, 'source', 'mtcnn', 'det1.onnx'), 'not the weights');
  });
  after(() => rmSync(folder, { recursive: true }));

  const models = (...args: string[]) =>
    runIn(folder, process.execPath, [path.join(folder, 'dist', 'cli.js'), 'models', ...args], {
      MODELS_SOURCE: path.join(folder, 'source'),
      HTTPS_PROXY: 'http://127.0.0.1:1', // where nobody is
      NO_PROXY: '',
      npm_config_cache: path.join(folder, 'npm'),
    });

  it('fetch says what each source has instead, and ends with 1', () => {
    const { status, output } = models('fetch', 'mtcnn');
    expect(status, output).to.equal(1);
    expect(output).to.match(/^mtcnn\/det1.onnx: not from .*source.mtcnn: 15 bytes instead of \d+$/m);
    expect(output).to.match(/^opencv-face-detector: mtcnn\/det1.onnx, .* could not be fetched\.$/m);
  });

  it('verify says that they are not there, and ends with 1', () => {
    const { status, output } = models('verify', 'mtcnn');
    expect(status).to.equal(1);
    expect(output).to.match(/^mtcnn\/det1.onnx: missing$/m);
  });

  it('look into the folder of --models-dir', () => {
    const { bytes = 0 } = manifestModel('mtcnn').files[0] ?? {};
    const at = path.join(folder, 'elsewhere', 'mtcnn');
    mkdirSync(at, { recursive: true });
    writeFileSync(path.join(at, 'det1.onnx'), Buffer.alloc(bytes));
    const { status, output } = models('verify', 'mtcnn', '--models-dir', path.join(folder, 'elsewhere'));
    expect(status).to.equal(1);
    expect(output).to.match(/^mtcnn\/det1.onnx: SHA-256 .* instead of /m);
  });

  it('fetch draws on a terminal how far a file is, and clears that', async function () {
    if (process.platform !== 'linux' || spawnSync('script', ['--version']).status !== 0)
      skip(this, 'script of util-linux is not installed');
    const content = Buffer.alloc(100_000, 'weights');
    const server = createServer((_request, response) => response.end(content)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/own.bin`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const manifest = path.join(folder, 'models', 'manifest.json');
    const { models } = JSON.parse(readFileSync(manifest, 'utf8'));
    const files = [{ name: 'own.bin', bytes: content.length, sha256, url }];
    models.push({ name: 'own', title: 'own', licence: 'MIT', origin: 'here', files });
    writeFileSync(manifest, JSON.stringify({ models }));
    const command = `stty cols 70 rows 20; '${process.execPath}' '${path.join(folder, 'dist', 'cli.js')}' models fetch own`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh', MODELS_SOURCE: '', NO_PROXY: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [shown] = await Promise.all([text(child.stdout), once(child, 'close')]);
    server.closeAllConnections();
    server.close();
    expect(child.exitCode, shown).to.equal(0);
    expect(shown).to.match(/ 0% own\.bin/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are sent
    const left = shown.split('\n').map((line) => line.replace(/^.*\x1b\[2?K/, ''));
    expect(left).to.include(`own/own.bin: verified (here)\r`);
  });
});
