import { expect } from 'chai';
import express from 'express';
import { modelNames } from '#dist/library/model-catalog.js';
import { ConfigError, checkCores, printConfig, readConfig, settings } from '#dist/service/config.js';
import { allowedCores } from '#dist/system/cores.js';

const refusal = (environment: NodeJS.ProcessEnv) => refused(() => readConfig(environment));

function refused(call: () => void): string {
  try {
    call();
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigError).with.property('code', 'INVALID_CONFIG');
    return (error as Error).message;
  }
  return 'accepted';
}

const key = 'a-key-of-twenty-two-~!';

describe('configuration of the service', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).to.deep.equal({
      port: 8000,
      host: undefined,
      endpoint: '/face',
      model: undefined,
      models: [],
      modelsDir: undefined,
      engine: 'auto',
      postType: 'FORM',
      debugging: false,
      logLevel: 'info',
      workers: allowedCores(),
      slots: 1,
      threads: 1,
      queueLimit: 16,
      waitingBytes: 134_217_728,
      clientShare: 0.75,
      minFaceSize: 20,
      minFaceSizeFloor: 12,
      scaleFactorCeiling: 0.95,
      thresholdFloor: 0,
      maxFaces: 1000,
      maxCpuMs: 10_000,
      maxSide: undefined,
      fastDecode: false,
      maxPixels: 50_000_000,
      maxBodyBytes: 20_971_520,
      batchLimit: 8,
      batchTimeoutMs: 120_000,
      streamLimit: 16,
      streamTimeoutMs: 3_600_000,
      streamFrameRate: 30,
      maxBatchImages: 100,
      maxBatchBytes: 209_715_200,
      maxVideoBytes: 0,
      maxVideoSeconds: 300,
      maxVideoFrames: 18_000,
      maxVideoPixels: 8_847_360,
      videoTimeoutMs: 600_000,
      headersTimeoutMs: 10_000,
      bodyTimeoutMs: 15_000,
      requestTimeoutMs: 30_000,
      keepAliveTimeoutMs: 5_000,
      shutdownTimeoutMs: 30_000,
      stuckMs: 5_000,
      hangTimeoutMs: 10_000,
      metricsPort: 9464,
      metricsHost: '127.0.0.1',
      apiKeys: [],
      corsOrigins: [],
      trustProxy: [],
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(Object.values(settings).map(({ variable }) => [variable, '']));
    delete empty['API_KEYS'];
    expect(readConfig(empty)).to.deep.equal(readConfig({}));
  });

  // A secret that was lost on its way to the container opened the service to everybody.
  it('refuses keys that are set and empty', () => {
    expect(refusal({ API_KEYS: '' })).to.equal(`API_KEYS must be ${settings.apiKeys.expected}, got ""`);
  });

  // What Express refuses ended the workers, one after the other, each with a stack.
  it('takes proxies that Express takes, and no others', () => {
    const candidates = ['10.0.0.0', '::1', 'fe80::1', 'fe80::1%eth0', '::ffff:1.2.3.4', '::1.2.3.4', '64:ff9b::1.2.3.4']
      .flatMap((address) => [address, ...[0, 1, 8, 32, 33, 128, 129].map((bits) => `${address}/${bits}`)])
      .concat('loopback', 'linklocal', 'uniquelocal', 'loopback/8', '0.0.0.0/0', '::/0', '1.2.3', 'x');
    for (const candidate of candidates) {
      const isTaken = refusal({ TRUST_PROXY: candidate }) === 'accepted';
      const trust = () => express().set('trust proxy', [candidate]);
      if (isTaken) expect(trust, candidate).not.to.throw();
      else expect(trust, candidate).to.throw();
    }
  });

  it('has the metrics on the loopback address, or where METRICS_HOST says', () => {
    expect(readConfig({}).metricsHost).to.equal('127.0.0.1');
    for (const host of ['*', '10.0.0.1', '::', 'localhost'])
      expect(readConfig({ METRICS_HOST: host }).metricsHost).to.equal(host);
  });

  it("takes the replaced service's variables, and its names of detectors", () => {
    const config = readConfig({
      ENDPOINT: '/faces/find',
      PORT_NUMBER: '660',
      FACE_DETECTION_MODEL: 'MTCNNTorchFaceDetector',
      POST_TYPE: 'JSON',
      DEBUGGING: 'True',
    });
    expect(config).to.include({
      endpoint: '/faces/find',
      port: 660,
      model: 'mtcnn',
      postType: 'JSON',
      debugging: true,
    });
    const names = {
      MTCNNTorchFaceDetector: 'mtcnn',
      MTCNNTFFaceDetector: 'mtcnn',
      HaarcascadeCV2FaceDetector: 'haar',
      SSDCV2CaffeFaceDetector: 'ssd',
      UltralightTorchFaceDetector: 'ultralight-rfb-320',
      UltralightTFFaceDetector: 'ultralight-rfb-320',
      RetinaFaceTorchFaceDetector: 'retinaface',
      ...Object.fromEntries(modelNames.map((name) => [name, name])),
    };
    for (const [given, model] of Object.entries(names)) {
      expect(readConfig({ FACE_DETECTION_MODEL: given }).model).to.equal(model);
    }
    for (const [given, debugging] of [
      ...['true', 't', '1', 'T'].map((text) => [text, true]),
      ['0', false],
      ['F', false],
    ])
      expect(readConfig({ DEBUGGING: String(given) }).debugging, String(given)).to.equal(debugging);
  });

  it('loads MODELS, the default one first: FACE_DETECTION_MODEL, or else the first of them', () => {
    const modelsOf = (environment: NodeJS.ProcessEnv) => {
      const { model, models } = readConfig(environment);
      return [model, ...models];
    };
    expect(modelsOf({})).to.deep.equal([undefined]);
    expect(modelsOf({ FACE_DETECTION_MODEL: 'ssd' })).to.deep.equal(['ssd', 'ssd']);
    expect(modelsOf({ MODELS: 'yunet, RetinaFaceTorchFaceDetector,yunet' })).to.deep.equal([
      'yunet',
      'yunet',
      'retinaface',
    ]);
    expect(modelsOf({ MODELS: 'yunet,haar', FACE_DETECTION_MODEL: 'haar' })).to.deep.equal(['haar', 'haar', 'yunet']);
    expect(modelsOf({ MODELS: 'yunet', FACE_DETECTION_MODEL: 'mtcnn' })).to.deep.equal(['mtcnn', 'mtcnn', 'yunet']);
  });

  it('takes lists, with spaces around the commas', () => {
    const config = readConfig({
      API_KEYS: `${key}, ${key}2`,
      CORS_ORIGINS: 'https://example.org,http://localhost:3000',
      TRUST_PROXY: 'loopback, 10.0.0.0/8, ::1, fd00::/64',
      HOST: '::1',
    });
    expect(config.apiKeys).to.deep.equal([key, `${key}2`]);
    expect(config.corsOrigins).to.deep.equal(['https://example.org', 'http://localhost:3000']);
    expect(config.trustProxy).to.deep.equal(['loopback', '10.0.0.0/8', '::1', 'fd00::/64']);
    expect(config.host).to.equal('::1');
  });

  it('takes the ends of every range and nothing beyond', () => {
    let ranges = 0;
    for (const [name, { variable, expected }] of Object.entries(settings)) {
      const [, low, high] = /^an integer from (\d+) to (\d+)$/.exec(expected) ?? [];
      if (!low || !high) continue;
      ranges++;
      const others = { MIN_FACE_SIZE: variable === 'MIN_FACE_SIZE_FLOOR' ? '4096' : '' };
      for (const end of [low, high]) {
        expect(readConfig({ ...others, [variable]: end }), `${variable}=${end}`).to.have.property(name, Number(end));
      }
      for (const bad of [String(Number(low) - 1), String(Number(high) + 1), `${low}.5`, `${high}x`, ' ', '1e3', '٣']) {
        expect(refusal({ ...others, [variable]: bad })).to.equal(
          `${variable} must be ${expected}, got ${JSON.stringify(bad)}`,
        );
      }
    }
    expect(ranges).to.be.at.least(15);
  });

  it('refuses a text that a variable cannot have, naming both', () => {
    const bad: Record<string, string[]> = {
      ENDPOINT: [
        ...['face', '/', '/face/', '//face', '/fa ce', '/:id', '/*x', '/a?b', '/é'],
        ...[
          '/v1',
          '/v1/faces',
          '/docs',
          '/docs/x',
          '/web',
          '/web/x',
          '/healthz',
          '/readyz',
          '/metrics',
          '/openapi.json',
        ],
      ],
      HOST: ['example.org', '256.1.1.1', '127.0.0.1:80', '*'],
      METRICS_HOST: ['example.org', '256.1.1.1', '**'],
      FACE_DETECTION_MODEL: ['nonsense', 'MTCNN', 'constructor'],
      MODELS: ['nonsense', 'mtcnn,', ',', 'mtcnn;haar', 'all'],
      POST_TYPE: ['form', 'XML'],
      DEBUGGING: ['maybe', '2', 'constructor', '__proto__'],
      LOG_LEVEL: ['INFO', 'verbose', 'trace'],
      // Of some of these no page would ever have been let through.
      CORS_ORIGINS: [
        'example.org',
        '//example.org',
        'localhost:3000',
        'https://example.org/',
        'https://a.org,',
        'https://a.org/x',
        'https://a.org?x',
        'https://A.org',
        'HTTPS://a.org',
        'https://a.org:443',
        'http://a.org:80',
        'https://*.a.org',
        'https://*',
        'https://user@a.org',
        'https://zoë.org',
        'https://a.org https://b.org',
        'ws://a.org',
        'ftp://a.org',
        'null',
        'file:///x',
      ],
      TRUST_PROXY: ['1', 'true', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', '10.0.0.0/', 'anyone', 'loopback,'],
    };
    const expectations = new Map(Object.values(settings).map(({ variable, expected }) => [variable, expected]));
    for (const [variable, values] of Object.entries(bad)) {
      for (const value of values) {
        expect(refusal({ [variable]: value })).to.equal(
          `${variable} must be ${expectations.get(variable)}, got ${JSON.stringify(value)}`,
        );
      }
    }
    expect(refusal({ POST_TYPE: 'XML' })).to.equal('POST_TYPE must be FORM or JSON, got "XML"');
    expect(refusal({ FACE_DETECTION_MODEL: 'x' })).to.match(
      /one of mtcnn, haar, yunet, .*, retinaface, MTCNNTorchFaceDetector, /,
    );
  });

  it('takes every origin that a browser could send', () => {
    const origins = [
      'https://a.org',
      'http://a.org:443',
      'https://a.org:8443',
      'http://127.0.0.1:80',
      'http://[::1]:3000',
    ];
    const sent = origins.filter((origin) => new URL(origin).origin === origin);
    expect(sent).to.have.length(4); // but for the port that http has anyway
    for (const origin of [...sent, 'https://xn--zo-jka.org', '*'])
      expect(readConfig({ CORS_ORIGINS: origin }).corsOrigins).to.deep.equal([origin]);
  });

  it('never shows a key that it refuses', () => {
    for (const value of [
      'tooshort-secret',
      `${key},tooshort-secret`,
      'a secret-with-a-space',
      `${key},`,
      'sécret-sécret-sécret',
    ]) {
      const message = refusal({ API_KEYS: value });
      expect(message).to.match(/^API_KEYS must be keys of at least 16 /);
      for (const part of ['secret', 'sécret', key]) expect(message).to.not.include(part);
    }
  });

  it('refuses settings that contradict each other, naming both', () => {
    expect(refusal({ MIN_FACE_SIZE: '30', MIN_FACE_SIZE_FLOOR: '40' })).to.equal(
      'MIN_FACE_SIZE must be at least MIN_FACE_SIZE_FLOOR, 40, got 30',
    );
    expect(refusal({ MIN_FACE_SIZE: '40', MIN_FACE_SIZE_FLOOR: '40' })).to.equal('accepted');
    expect(refusal({ PORT_NUMBER: '9464' })).to.equal(
      'METRICS_PORT must be another port than PORT_NUMBER, got 9464 for both',
    );
    expect(refusal({ PORT_NUMBER: '0', METRICS_PORT: '0' })).to.equal('accepted');
  });

  it('has by default as many workers as keep the cores busy, and at least one', () => {
    const workers = (cores: number, environment: NodeJS.ProcessEnv) => readConfig(environment, cores).workers;
    expect(workers(8, {})).to.equal(8);
    expect(workers(8, { THREADS: '2' })).to.equal(4);
    expect(workers(8, { SLOTS: '2', THREADS: '2' })).to.equal(2);
    expect(workers(8, { THREADS: '3' })).to.equal(2);
    expect(workers(2, { THREADS: '4' })).to.equal(1);
    expect(workers(8, { THREADS: '2', WORKERS: '1' })).to.equal(1);
  });

  it('refuses more threads than cores at the start, naming the numbers', () => {
    const start = (cores: number, environment: NodeJS.ProcessEnv) =>
      refused(() => checkCores(readConfig(environment, cores), cores));
    for (let cores = 1; cores <= 9; cores++) {
      expect(start(cores, {}), `${cores} cores`).to.equal('accepted');
      for (let threads = 1; threads <= cores; threads++) {
        expect(start(cores, { THREADS: String(threads) }), `${threads} of ${cores}`).to.equal('accepted');
      }
    }
    expect(start(8, { WORKERS: '2', SLOTS: '2', THREADS: '2' })).to.equal('accepted');
    expect(start(8, { WORKERS: '3', SLOTS: '2', THREADS: '2' })).to.equal(
      'WORKERS x SLOTS x THREADS must be at most the cores that this process may use, 8, got 3 x 2 x 2 = 12',
    );
    expect(start(2, { THREADS: '3' })).to.match(/may use, 2, got 1 x 1 x 3 = 3$/);
    expect(start(2, { WORKERS: '3' })).to.match(/may use, 2, got 3 x 1 x 1 = 3$/);
  });

  it('prints itself as variables, keys masked', () => {
    const text = printConfig(readConfig({ API_KEYS: `${key},${key}2`, CORS_ORIGINS: 'https://a.org,https://b.org' }));
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => line.split('=')[0])).to.deep.equal(Object.values(settings).map((one) => one.variable));
    expect(lines).to.include.members([
      'PORT_NUMBER=8000',
      'HOST=',
      'API_KEYS=***,***',
      'CORS_ORIGINS=https://a.org,https://b.org',
    ]);
    expect(text).to.not.include(key);
  });

  it('prints what it reads back', () => {
    const config = readConfig({ MAX_SIDE: '2000', HOST: 'localhost', TRUST_PROXY: 'loopback,10.0.0.1', WORKERS: '3' });
    const pairs = printConfig(config)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('='));
    expect(readConfig(Object.fromEntries(pairs))).to.deep.equal(config);
  });

  it('has as many workers by default as fit into the memory, unless told otherwise', () => {
    const gigabyte = 2 ** 30;
    expect(readConfig({}, 8, 64 * gigabyte).workers).to.equal(8);
    expect(readConfig({}, 8, 2 * gigabyte).workers).to.equal(2);
    expect(readConfig({}, 8, gigabyte / 2).workers).to.equal(1);
    expect(readConfig({ MAX_PIXELS: '10000000' }, 8, 2 * gigabyte).workers).to.equal(3);
    expect(readConfig({ WORKERS: '5' }, 8, 2 * gigabyte).workers).to.equal(5);
  });
});
