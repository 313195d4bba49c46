import { createHash } from 'node:crypto';
import dns from 'node:dns';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { ManifestModel } from '#dist/library/model-catalog.js';
import { defaultSources, fetchModel } from '#dist/library/weights/fetch.js';
import { skip } from '../../fixtures/available.mjs';
import { rejection } from '../../fixtures/rejection.mjs';

const content = Buffer.from('the published weights');
const sha256 = createHash('sha256').update(content).digest('hex');

describe('fetching weights', () => {
  let folder: string;
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let asked: string[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
    asked = [];
    answer = (_request, response) => response.end(content);
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const modelsDir = () => path.join(folder, 'models');
  const model = (): ManifestModel => ({
    name: 'tiny',
    title: 'Tiny',
    licence: 'MIT',
    origin: 'Tiny & Sons',
    files: [{ name: 'weights.bin', bytes: content.byteLength, sha256, url: `${origin()}/weights.bin` }],
  });

  async function put(where: string, bytes: string | Buffer): Promise<string> {
    await mkdir(path.join(folder, where, 'tiny'), { recursive: true });
    await writeFile(path.join(folder, where, 'tiny', 'weights.bin'), bytes);
    return path.join(folder, where);
  }

  /** Fetches, and answers where the file came from and which offers were refused. */
  async function fetchTiny(sources: string[] = []) {
    const from: string[] = [];
    const refused: string[] = [];
    const progress: number[] = [];
    const questions: string[] = [];
    await fetchModel(
      model(),
      { modelsDir: modelsDir(), sources },
      {
        asked: (source) => questions.push(source),
        done: (_file, source) => from.push(source),
        refused: (file, _source, reason) => refused.push(`${file.name}: ${reason}`),
        progress: (_file, received) => progress.push(received),
      },
    );
    return { from, refused, progress, questions };
  }

  async function expectWhole(): Promise<void> {
    expect(await readdir(path.join(modelsDir(), 'tiny'))).to.deep.equal(['weights.bin']);
    expect(await readFile(path.join(modelsDir(), 'tiny', 'weights.bin'))).to.deep.equal(content);
  }

  /** Nothing may stay of a fetch that failed. */
  async function expectNothing(): Promise<void> {
    expect(await readdir(path.join(modelsDir(), 'tiny')).catch(() => [])).to.deep.equal([]);
  }

  it('downloads from the origin, with progress', async () => {
    const { from, progress, questions } = await fetchTiny();
    expect(from).to.deep.equal(['Tiny & Sons']);
    expect(questions).to.deep.equal([path.join(modelsDir(), 'tiny'), 'Tiny & Sons']);
    expect(progress.at(-1)).to.equal(content.byteLength);
    await expectWhole();
  });

  it('keeps what is there and verified, and asks nobody', async () => {
    await put('models', content);
    expect((await fetchTiny([await put('offer', content)])).from).to.deep.equal([path.join(modelsDir(), 'tiny')]);
    expect(asked).to.deep.equal([]);
  });

  it('takes from a folder before the origin, and from the first folder that has it', async () => {
    const first = path.join(folder, 'empty');
    const second = await put('second', content);
    const third = await put('third', content);
    expect((await fetchTiny([first, second, third])).from).to.deep.equal([path.join(second, 'tiny')]);
    expect(asked).to.deep.equal([]);
    await expectWhole();
  });

  it('refuses a short file, a long one and one with a flipped byte by name, and goes on', async () => {
    const flipped = Buffer.from(content);
    flipped[3] = (flipped[3] ?? 0) ^ 1;
    const sources = [
      await put('short', content.subarray(0, 5)),
      await put('long', `${content}x`),
      await put('flipped', flipped),
    ];
    await put('models', 'wrong from an earlier time');
    const { from, refused } = await fetchTiny(sources);
    expect(from).to.deep.equal(['Tiny & Sons']);
    expect(refused).to.have.length(4);
    expect(refused[1]).to.equal('weights.bin: 5 bytes instead of 21');
    expect(refused[3]).to.match(/^weights.bin: SHA-256 [0-9a-f]{64} instead of/);
    await expectWhole();
  });

  it('fails by name when the origin has it not, has another or cannot be reached, and leaves nothing', async () => {
    const cases: [string, typeof answer, RegExp][] = [
      ['not there', (_request, response) => response.writeHead(404).end(), /HTTP 404/],
      ['short', (_request, response) => response.end('abc'), /3 bytes instead of 21/],
      ['endless', (_request, response) => response.end(Buffer.alloc(100_000)), /more than 21 bytes/],
      ['other', (_request, response) => response.end(Buffer.alloc(21)), /SHA-256/],
      [
        'cut',
        (_request, response) => {
          response.writeHead(200, { 'Content-Length': 21 }).write('half');
          setImmediate(() => response.destroy());
        },
        /tiny\/weights.bin could not be fetched/,
      ],
    ];
    for (const [name, reply, expected] of cases) {
      answer = reply;
      const error = await rejection(fetchTiny());
      expect(error, name).to.have.property('code', 'MODEL_MISSING');
      expect(error.message, name)
        .to.match(expected)
        .and.to.match(/^tiny\/weights.bin/);
      await expectNothing();
    }
    const gone = {
      ...model(),
      files: [{ ...(model().files[0] as ManifestModel['files'][0]), url: 'http://127.0.0.1:1/x' }],
    };
    expect((await rejection(fetchModel(gone, { modelsDir: modelsDir(), sources: [] }))).message).to.match(
      /ECONNREFUSED|bad port/,
    );
    await expectNothing();
  });

  it('of a file that nobody publishes names the folder to put it into, and takes it from a source', async () => {
    const { url: _url, ...unpublished } = model().files[0] as ManifestModel['files'][0];
    const own = { ...model(), folder: 'shared-by-some', files: [unpublished] };
    const { message } = await rejection(fetchModel(own, { modelsDir: modelsDir(), sources: [] }));
    expect(message.split('\n')).to.deep.equal([
      'shared-by-some/weights.bin could not be fetched.',
      `  ${path.join(modelsDir(), 'shared-by-some')}: weights.bin: not there`,
      '  Tiny & Sons: weights.bin: nobody publishes it in this form',
      `Without a network, copy a folder shared-by-some with all its files into ${modelsDir()}, or set MODELS_SOURCE to the folder that contains it.`,
    ]);
    expect(asked).to.deep.equal([]);
    await mkdir(path.join(folder, 'source', 'shared-by-some'), { recursive: true });
    await writeFile(path.join(folder, 'source', 'shared-by-some', 'weights.bin'), content);
    await fetchModel(own, { modelsDir: modelsDir(), sources: [path.join(folder, 'source')] });
    expect(await readFile(path.join(modelsDir(), 'shared-by-some', 'weights.bin'))).to.deep.equal(content);
  });

  // MODELS_SOURCE=.../mtcnn, the folder itself, gave the origin's failure and not a word of where else had been looked.
  it('names the folders where it has looked, and the way without a network', async () => {
    answer = (_request, response) => response.writeHead(404).end();
    const inside = path.join(await put('source', content), 'tiny');
    const { message } = await rejection(fetchTiny([inside]));
    expect(message.split('\n')).to.deep.equal([
      'tiny/weights.bin could not be fetched.',
      `  ${modelsDir()}/tiny: weights.bin: not there`,
      `  ${inside}/tiny: weights.bin: not there`,
      `  Tiny & Sons: weights.bin: ${origin()}/weights.bin: HTTP 404`,
      `Without a network, copy a folder tiny with all its files into ${modelsDir()}, or set MODELS_SOURCE to the folder that contains it.`,
    ]);
  });

  it('gives up on an origin that never ends', async () => {
    answer = (_request, response) => void response.writeHead(200).write('a');
    const slow = fetchModel(model(), { modelsDir: modelsDir(), sources: [], timeoutMs: 300 });
    expect((await rejection(slow)).message).to.match(/could not be fetched/);
    await expectNothing();
  });

  it('leaves nothing half-written where the folder cannot be written', async function () {
    if (process.getuid?.() === 0) skip(this, 'root may write anywhere');
    await mkdir(path.join(modelsDir(), 'tiny'), { recursive: true });
    await chmod(path.join(modelsDir(), 'tiny'), 0o555);
    const error = await rejection(fetchTiny());
    await chmod(path.join(modelsDir(), 'tiny'), 0o755);
    expect(error).to.have.property('code', 'MODEL_MISSING');
    expect(error.message).to.match(/^.*models\/tiny\/weights\.bin could not be written: EACCES: permission denied/);
    await expectNothing();
  });

  it('leaves nothing half-written where the name is taken by a folder', async () => {
    await mkdir(path.join(modelsDir(), 'tiny', 'weights.bin', 'inside'), { recursive: true });
    // It came as the file system's error, of a file with a random name.
    const error = await rejection(fetchTiny());
    expect(error).to.have.property('code', 'MODEL_MISSING');
    expect(error.message).to.match(/^.*models\/tiny\/weights\.bin could not be written: /);
    expect(await readdir(path.join(modelsDir(), 'tiny'))).to.deep.equal(['weights.bin']);
  });

  // It ended the fetch: folders behind it and the origin were not asked.
  it('passes by a source that cannot be read', async () => {
    const source = path.join(folder, 'circle');
    await mkdir(path.join(source, 'tiny'), { recursive: true });
    await symlink('weights.bin', path.join(source, 'tiny', 'weights.bin')); // unreadable for root, too
    const { from, refused } = await fetchTiny([source]);
    expect(from).to.deep.equal(['Tiny & Sons']);
    expect(refused).to.deep.equal(['weights.bin: cannot be read (ELOOP)']);
    await expectWhole();
  });

  it('says that names cannot be resolved', async () => {
    const { lookup } = dns;
    const broken = (_name: string, _options: unknown, done: (error: Error) => void) =>
      done(Object.assign(new Error('getaddrinfo EAI_AGAIN weights.example'), { code: 'EAI_AGAIN' }));
    dns.lookup = broken as unknown as typeof lookup;
    try {
      const [file] = model().files as [ManifestModel['files'][0]];
      const far = { ...model(), files: [{ ...file, url: 'http://weights.example/weights.bin' }] };
      const error = await rejection(fetchModel(far, { modelsDir: modelsDir(), sources: [] }));
      expect(error).to.have.property('code', 'MODEL_MISSING');
      expect(error.message).to.include(
        'http://weights.example/weights.bin: fetch failed (getaddrinfo EAI_AGAIN weights.example)',
      );
    } finally {
      dns.lookup = lookup;
    }
    await expectNothing();
  });

  it('goes through the proxy that the environment names', async () => {
    const connects: string[] = [];
    server.on('connect', (request, socket) => {
      connects.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    const { HTTPS_PROXY, NO_PROXY } = process.env;
    process.env.HTTPS_PROXY = origin();
    delete process.env.NO_PROXY;
    try {
      const far = {
        ...model(),
        files: [{ ...(model().files[0] as ManifestModel['files'][0]), url: 'https://weights.example/weights.bin' }],
      };
      await rejection(fetchModel(far, { modelsDir: modelsDir(), sources: [] }));
      expect(connects).to.deep.equal(['weights.example:443']);
    } finally {
      if (HTTPS_PROXY === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = HTTPS_PROXY;
      if (NO_PROXY !== undefined) process.env.NO_PROXY = NO_PROXY;
    }
  });

  it('knows no other model than the manifest names', async () => {
    expect(await rejection(fetchModel('../../etc'))).to.have.property('code', 'INVALID_OPTION');
    expect((await rejection(fetchModel('haar'))).message).to.match(
      /haar comes with OpenCV's data package: sudo apt-get/,
    );
  });

  it('looks in MODELS_SOURCE first, then in the folder beside the checkout', () => {
    expect(defaultSources({ MODELS_SOURCE: '/a/folder' })[0]).to.equal('/a/folder');
    expect(defaultSources({}).at(-1)).to.match(/shared.models$/);
  });
});
