import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { runIn, runWell, tsc } from '../fixtures/commands.mjs';
import { standardFaces, standardPicture, standardPng } from '../fixtures/drawn-faces.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

const examples = path.join(root, 'examples');
const picture = path.resolve(process.env.FACES_DRAWN ?? '', 'faces.png');
const found = standardFaces.length;
const node = (file: string, ...args: string[]) => runWell(examples, process.execPath, [file, ...args]);

/** By the example's own words; what a test below does not name has none. */
const tested = [
  'client.py',
  'client.sh',
  'express-middleware.mjs',
  'frames.mjs',
  'library.cjs',
  'library.mjs',
  'library.ts',
  'openapi-client', // openapi-client.slow.test.mts
  'opencv4nodejs', // tools/opencv4nodejs.mjs runs it, which compiles that package
];

describe('examples', () => {
  before(function () {
    needWeights(this);
  });

  it('all have a test', () => {
    expect(readdirSync(examples)).to.have.members(tested);
  });

  it('library.mjs counts faces, and names what is wrong with a file', () => {
    expect(node('library.mjs', picture, 'library.mjs').split('\n')).to.include.members([
      `${picture}: 800 x 500, ${found} faces`,
      'library.mjs: UNSUPPORTED_FORMAT',
    ]);
  });

  it('library.cjs prints a line for each face', () => {
    expect(node('library.cjs', picture)).to.match(
      new RegExp(`^(\\d+ \\d+ [01]\\.\\d{3}\\n){${found}}decoded in .* ms\\n$`),
    );
  });

  it('library.ts compiles, and prints distances', () => {
    const out = path.join(root, 'build', 'examples');
    const settings = [
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--types',
      'node',
      '--rootDir',
      '.',
      '--outDir',
      out,
    ];
    runWell(examples, process.execPath, [tsc, '--ignoreConfig', ...settings, 'library.ts']);
    expect(node(path.join(out, 'library.js'), picture)).to.match(new RegExp(`^(eyes \\d+ pixels apart\\n){${found}}$`));
  }).timeout(120_000);

  it('express-middleware.mjs takes portraits only, and nothing but images', async () => {
    const server = spawn(process.execPath, ['express-middleware.mjs', '0'], { cwd: examples });
    try {
      const port = await new Promise<string>((resolve, reject) => {
        server.stdout.on('data', (text) => resolve(/port (\d+)/.exec(String(text))?.[1] ?? ''));
        server.on('exit', (status) => reject(new Error(`ended with ${status}`)));
      });
      const ask = async (body: Buffer) => {
        const init = { method: 'POST', body: new Uint8Array(body), headers: { 'Content-Type': 'image/png' } };
        const response = await fetch(`http://127.0.0.1:${port}/portraits`, init);
        return { status: response.status, ...((await response.json()) as object) };
      };
      expect(await ask(standardPng())).to.deep.equal({ status: 422, code: 'NO_PORTRAIT', faces: found });
      expect(await ask(Buffer.from('no image'))).to.include({ status: 422, code: 'UNSUPPORTED_FORMAT' });
    } finally {
      server.kill();
    }
  });

  it('frames.mjs finds faces on raw frames', () => {
    const { data, width, height, channels } = standardPicture();
    expect(channels).to.equal(3);
    const frame = Buffer.from(data); // red, green, blue
    for (let at = 0; at < frame.length; at += 3) frame.subarray(at, at + 3).reverse();
    const args = ['frames.mjs', String(width), String(height)];
    const { stdout } = spawnSync(process.execPath, args, {
      cwd: examples,
      input: Buffer.concat([frame, frame, frame]),
    });
    const lines = String(stdout)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => [line.frame, line.faces.length])).to.deep.equal([
      [0, found],
      [1, found],
      [2, found],
    ]);
  });

  describe('clients of the service', () => {
    let service: Service;
    before(async () => {
      service = await startService({ WORKERS: '1' });
    });
    after(() => service?.stop());

    const has = (command: string) => spawnSync(command, ['--version']).status === 0;

    it('client.py prints boxes, and the reason where there are none', function () {
      if (!has('python3')) skip(this, 'python3 is not installed');
      expect(runWell(examples, 'python3', ['client.py', picture, service.origin])).to.match(
        new RegExp(`^(\\d+ \\d+ \\d+ \\d+ [01]\\.\\d{3}\\n){${found}}$`),
      );
      const { status, output } = runIn(examples, 'python3', ['client.py', 'client.py', service.origin]);
      expect(status).to.equal(1);
      expect(output).to.match(/^UNSUPPORTED_FORMAT: /);
    });

    it('client.sh asks both interfaces', function () {
      if (!has('curl')) skip(this, 'curl is not installed');
      const [old = '', own = ''] = runWell(examples, './client.sh', [picture, service.origin]).split('\n');
      expect(Object.keys(JSON.parse(old))).to.have.length(found);
      expect(JSON.parse(own).faces).to.have.length(found);
    });
  });
});
