import { isIP } from 'node:net';
import { namesToLoad } from '../loaded-models.js';
import { type ModelName, modelNames, scoreThresholds } from '../models.js';
import { engineChoices, maxThreads } from '../native.js';
import { optionTable } from '../options.js';
import { allowedMemory } from '../system/memory.js';
import { allowedCores } from './cores.js';
import { workersIn } from './worker-memory.js';

/** One environment variable: how its text becomes a value, and what the README says of it. */
export interface Setting<T> {
  variable: string;
  /** Value where the variable is not set. */
  fallback: () => T;
  /** The default as the README shows it, where that is not the value itself. */
  shownDefault?: string;
  /** What it may be; completes "VARIABLE must be ...". */
  expected: string;
  /** undefined: the text is not what is expected. */
  read: (text: string) => T | undefined;
  about: string;
  /** Never shown, and never taken for unset where it is empty. */
  isSecret?: boolean;
}

/** A variable that has a value which it cannot have. */
export class ConfigError extends Error {
  readonly code = 'INVALID_CONFIG';
}

const wholeNumber = (text: string, min: number, max: number) =>
  /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined;

function integer(variable: string, fallback: number, min: number, max: number, about: string): Setting<number> {
  return {
    variable,
    fallback: () => fallback,
    expected: `an integer from ${min} to ${max}`,
    read: (text) => wholeNumber(text, min, max),
    about,
  };
}

/** A number with a decimal point, from `min` to `max`. */
function decimal(variable: string, fallback: number, min: number, max: number, about: string): Setting<number> {
  return {
    variable,
    fallback: () => fallback,
    expected: `a number from ${min} to ${max}`,
    read: (text) =>
      /^\d+(\.\d+)?$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined,
    about,
  };
}

function choice<T extends string>(variable: string, fallback: T, choices: readonly T[], about: string): Setting<T> {
  return {
    variable,
    fallback: () => fallback,
    expected: choices.join(' or '),
    read: (text) => choices.find((one) => one === text),
    about,
  };
}

const flags = new Map([
  ...['true', 't', '1'].map((text) => [text, true] as const),
  ...['false', 'f', '0'].map((text) => [text, false] as const),
]);

function flag(variable: string, about: string): Setting<boolean> {
  return {
    variable,
    fallback: () => false,
    expected: 'true or false',
    read: (text) => flags.get(text.toLowerCase()),
    about,
  };
}

/** A comma-separated list; `expected` says what an item is, `isItem` whether a text is one. */
function list(
  variable: string,
  expected: string,
  isItem: (text: string) => boolean,
  about: string,
): Setting<readonly string[]> {
  return {
    variable,
    fallback: () => [],
    shownDefault: 'none',
    expected: `${expected}, separated by commas`,
    read: (text) => {
      const items = text.split(',').map((item) => item.trim());
      return items.every(isItem) ? items : undefined;
    },
    about,
  };
}

// Names under which the replaced service knew its detectors.
const modelAliases = new Map<string, ModelName>([
  ['MTCNNTorchFaceDetector', 'mtcnn'],
  ['MTCNNTFFaceDetector', 'mtcnn'],
  ['HaarcascadeCV2FaceDetector', 'haar'],
  ['SSDCV2CaffeFaceDetector', 'ssd'],
  ['UltralightTorchFaceDetector', 'ultralight-rfb-320'],
  ['UltralightTFFaceDetector', 'ultralight-rfb-320'],
  ['RetinaFaceTorchFaceDetector', 'retinaface'],
]);

const readModel = (text: string) => modelAliases.get(text) ?? modelNames.find((name) => name === text);
const modelWords = [...modelNames, ...modelAliases.keys()].join(', ');

const isAddress = (text: string) => isIP(text) > 0 || text === 'localhost';

/**
 * Whether a browser could send this text as the origin of a page. `null` it sends for every file and sandboxed frame: who means them means
 * everybody, `*`.
 */
function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

function isProxy(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  // Express takes neither a subnet of no bits nor IPv4 at the end of other addresses.
  const isEmbedded = isIP(address) === 6 && address.includes('.') && !/^::ffff:/i.test(address);
  return (
    isIP(address) > 0 &&
    !isEmbedded &&
    rest.length === 0 &&
    (bits === undefined || wholeNumber(bits, 1, isIP(address) === 4 ? 32 : 128) !== undefined)
  );
}

const { minFaceSize, maxSide, maxPixels, scaleFactor, maxFaces, maxCpuMs } = optionTable;
/** The least default threshold of any model: a floor above it would refuse requests that say nothing. */
const leastThreshold = Math.min(optionTable.pnetThreshold.default, ...Object.values(scoreThresholds));

/**
 * The one table of settings, all from environment variables: validation, the README's table and `serve --print-config` come
 * from it.
 */
export const settings = {
  port: integer('PORT_NUMBER', 8000, 0, 65_535, 'port of the service; 0 takes a free one'),
  host: {
    variable: 'HOST',
    fallback: (): string | undefined => undefined,
    shownDefault: 'all addresses',
    expected: 'an IP address or localhost',
    read: (text) => (isAddress(text) ? text : undefined),
    about: 'address to listen on',
  } satisfies Setting<string | undefined>,
  endpoint: {
    variable: 'ENDPOINT',
    fallback: () => '/face',
    expected: 'a path such as /face, of letters, digits, "-", "_", "." and "/", that is no other route',
    read: (text) => (/^(\/[\w.-]+)+$/.test(text) && !isTaken(text) ? text : undefined),
    about: "path of the replaced service's route",
  } satisfies Setting<string>,
  model: {
    variable: 'FACE_DETECTION_MODEL',
    fallback: (): ModelName | undefined => undefined,
    shownDefault: 'the first of `MODELS`; else mtcnn, or haar while its weights are missing',
    expected: `one of ${modelWords}`,
    read: readModel,
    about: `the model of \`ENDPOINT\`, and of requests that name none (${modelNames.join(', ')}); set, its weights must be there`,
  } satisfies Setting<ModelName | undefined>,
  models: {
    variable: 'MODELS',
    fallback: (): readonly ModelName[] => [],
    shownDefault: 'that one',
    expected: `names, separated by commas, each one of ${modelWords}`,
    read: (text) => {
      const names = text.split(',').map((name) => readModel(name.trim()));
      return names.every((name) => name !== undefined) ? names : undefined;
    },
    about: 'models to load, which requests of `/v1` choose from by `model`; they share the slots',
  } satisfies Setting<readonly ModelName[]>,
  modelsDir: {
    variable: 'MODELS_DIR',
    fallback: (): string | undefined => undefined,
    shownDefault: "the package's `models`",
    expected: 'the path of a folder',
    read: (text) => text,
    about: 'folder of the weights, as `models fetch --models-dir` fills it',
  } satisfies Setting<string | undefined>,
  engine: choice(
    'ENGINE',
    'auto',
    engineChoices,
    "what runs mtcnn's networks: `fused` kernels, OpenCV's dnn module (`opencv`), or `fused` if a trial at start finds equal answers",
  ),
  postType: choice(
    'POST_TYPE',
    'FORM',
    ['FORM', 'JSON'],
    'what `ENDPOINT` takes: a form with a file, or `{"image": "<base64>"}`',
  ),
  debugging: flag('DEBUGGING', 'log at level debug, with the stack of every refusal'),
  logLevel: choice('LOG_LEVEL', 'info', ['debug', 'info', 'warn', 'error', 'silent'], 'least level that is logged'),
  workers: {
    ...integer(
      'WORKERS',
      1,
      1,
      256,
      'processes that search; by default as many as keep the cores allowed busy and fit into the memory allowed',
    ),
    fallback: (): number | undefined => undefined, // follows from slots and threads: see readConfig
    shownDefault: 'cores / (`SLOTS` x `THREADS`), fewer where memory is short',
  } satisfies Setting<number | undefined>,
  slots: integer('SLOTS', 1, 1, 64, 'images searched at once in each worker'),
  threads: integer(
    'THREADS',
    1,
    1,
    maxThreads,
    'threads that share the search of an image, which comes sooner; not more of them in the same time. ' +
      '`WORKERS` x `SLOTS` x `THREADS` must not exceed the cores that affinity and cgroup quota allow',
  ),
  queueLimit: integer(
    'QUEUE_LIMIT',
    16,
    1,
    10_000,
    'requests per worker that may upload or wait; one more is answered 503',
  ),
  waitingBytes: integer(
    'WAITING_BYTES',
    128 * 2 ** 20,
    2 ** 20,
    2 ** 40,
    'bytes of bodies and of answers not yet taken in each worker; what would exceed them is answered 503',
  ),
  clientShare: decimal(
    'CLIENT_SHARE',
    0.75,
    0.01,
    1,
    'share of `QUEUE_LIMIT`, `WAITING_BYTES` and `BATCH_LIMIT` that one client (an IPv4 address, a /64 of IPv6) may have; 1 where all requests come from one address',
  ),
  minFaceSize: integer(
    'MIN_FACE_SIZE',
    minFaceSize.default,
    minFaceSize.min,
    minFaceSize.max,
    'smallest face in pixels where a request does not say',
  ),
  minFaceSizeFloor: integer(
    'MIN_FACE_SIZE_FLOOR',
    minFaceSize.min,
    minFaceSize.min,
    minFaceSize.max,
    'smallest `minFaceSize` that a request may ask for',
  ),
  scaleFactorCeiling: decimal(
    'SCALE_FACTOR_CEILING',
    scaleFactor.max,
    scaleFactor.default,
    scaleFactor.max,
    'largest `scaleFactor` that a request may ask for: 0.95 takes five times as long as the default',
  ),
  thresholdFloor: decimal(
    'THRESHOLD_FLOOR',
    0,
    0,
    leastThreshold,
    'least threshold, of any stage, that a request may ask for',
  ),
  maxFaces: integer(
    'MAX_FACES',
    1000,
    maxFaces.min,
    maxFaces.max,
    'faces in an answer where a request does not say, and the most that it may ask for',
  ),
  maxCpuMs: integer(
    'MAX_CPU_MS',
    10_000,
    maxCpuMs.min,
    maxCpuMs.max,
    'processor time that a search may take, in milliseconds; one that takes more ends with `TOO_COSTLY`',
  ),
  maxSide: {
    variable: 'MAX_SIDE',
    fallback: (): number | undefined => undefined,
    shownDefault: 'as it is',
    expected: `an integer from ${maxSide.min} to ${maxSide.max}`,
    read: (text) => wholeNumber(text, maxSide.min, maxSide.max),
    about: 'larger images are shrunk to this longer side before the search; also the largest `maxSide` of a request',
  } satisfies Setting<number | undefined>,
  fastDecode: flag(
    'FAST_DECODE',
    '`fastDecode` where a request does not say: JPEGs are reduced while decoded where `maxSide` or `minFaceSize` allow it',
  ),
  maxPixels: integer(
    'MAX_PIXELS',
    maxPixels.default,
    maxPixels.min,
    maxPixels.max,
    'largest image, width x height, by its header',
  ),
  maxBodyBytes: integer(
    'MAX_BODY_BYTES',
    20 * 2 ** 20,
    1024,
    2 ** 30,
    'largest request body, and largest image of a batch',
  ),
  batchLimit: integer('BATCH_LIMIT', 8, 1, 10_000, 'batches at once in each worker; one more is answered 503'),
  batchTimeoutMs: integer(
    'BATCH_TIMEOUT_MS',
    120_000,
    1,
    3_600_000,
    'time for a whole batch, from its header to its last line',
  ),
  maxBatchImages: integer('MAX_BATCH_IMAGES', 100, 1, 100_000, 'images in one batch'),
  maxBatchBytes: integer('MAX_BATCH_BYTES', 200 * 2 ** 20, 1024, 2 ** 40, 'largest body of a batch'),
  headersTimeoutMs: integer('HEADERS_TIMEOUT_MS', 10_000, 100, 600_000, 'time for the header of a request'),
  bodyTimeoutMs: integer('BODY_TIMEOUT_MS', 15_000, 100, 600_000, 'time for the body; in a batch, for each image'),
  requestTimeoutMs: integer(
    'REQUEST_TIMEOUT_MS',
    30_000,
    1,
    600_000,
    'time from the end of the body to the answer; in a batch, for each image',
  ),
  keepAliveTimeoutMs: integer('KEEP_ALIVE_TIMEOUT_MS', 5_000, 0, 600_000, 'time that an idle connection is kept'),
  shutdownTimeoutMs: integer(
    'SHUTDOWN_TIMEOUT_MS',
    30_000,
    100,
    600_000,
    'time for the answers in progress after SIGTERM',
  ),
  stuckMs: integer(
    'STUCK_MS',
    5_000,
    100,
    600_000,
    'not ready where requests wait for a search that goes on for so long after its deadline, and none has ended meanwhile; ' +
      'less than `HANG_TIMEOUT_MS`, or its worker is replaced before',
  ),
  hangTimeoutMs: integer(
    'HANG_TIMEOUT_MS',
    10_000,
    1_000,
    600_000,
    'a worker that gives no sign of life for so long, or whose job outlives its deadline by it, is replaced',
  ),
  metricsPort: integer('METRICS_PORT', 9464, 0, 65_535, 'port of `/metrics`; 0 takes a free one'),
  metricsHost: {
    variable: 'METRICS_HOST',
    fallback: (): string => '127.0.0.1',
    expected: 'an IP address, localhost or * for all addresses',
    read: (text) => (text === '*' || isAddress(text) ? text : undefined),
    about: 'address that `/metrics` listens on; `*`, as in the image, for all',
  } satisfies Setting<string>,
  apiKeys: {
    ...list(
      'API_KEYS',
      'keys of at least 16 letters, digits and signs',
      (key) => /^[\x21-\x2b\x2d-\x7e]{16,}$/.test(key),
      'if set, requests need one of them: `Authorization: Bearer KEY` or `X-API-Key: KEY`. Set but empty stops the start',
    ),
    isSecret: true,
  },
  corsOrigins: list(
    'CORS_ORIGINS',
    'origins as browsers send them, such as https://example.org or http://localhost:3000, in lower case, without a path, ' +
      "a slash at the end or the scheme's own port, or *",
    isOrigin,
    'origins whose pages may call, as browsers send them, or `*` for all; Compose tells nginx too',
  ),
  trustProxy: list(
    'TRUST_PROXY',
    'addresses, subnets (of 1 bit at least), loopback, linklocal or uniquelocal',
    isProxy,
    'proxies whose `X-Forwarded-For` is believed',
  ),
};

type Value<S> = S extends { read(text: string): infer T } ? Exclude<T, undefined> : never;
type Fallback<S> = S extends { fallback: () => infer T } ? T : never;

/** Values of all settings, checked. */
export type Config = {
  readonly [K in keyof typeof settings]: Value<(typeof settings)[K]> | Fallback<(typeof settings)[K]>;
} & { readonly workers: number };

function isTaken(path: string): boolean {
  return /^\/(v1|docs|web)(\/|$)/.test(path) || ['/healthz', '/readyz', '/metrics', '/openapi.json'].includes(path);
}

function readSetting<T>(setting: Setting<T>, environment: NodeJS.ProcessEnv): T {
  const text = environment[setting.variable];
  // A secret that got lost on its way must not open what it closes.
  if (text === undefined || (text === '' && !setting.isSecret)) return setting.fallback();
  const value = setting.read(text);
  if (value !== undefined) return value;
  const shown = setting.isSecret && text !== '' ? 'something else' : JSON.stringify(text);
  throw new ConfigError(`${setting.variable} must be ${setting.expected}, got ${shown}`);
}

/**
 * Throws ConfigError naming the variable and what it may be. `cores`: those that this process may keep busy; `memory`: the bytes that it and
 * its workers may take.
 */
export function readConfig(environment: NodeJS.ProcessEnv, cores = allowedCores(), memory = allowedMemory()): Config {
  const entries = Object.entries<Setting<unknown>>(settings).map(([key, setting]) => [
    key,
    readSetting(setting, environment),
  ]);
  const given = Object.fromEntries(entries) as Config;
  const byCores = Math.max(1, Math.floor(cores / (given.slots * given.threads)));
  const workers = given.workers ?? Math.min(byCores, workersIn(memory, given));
  const isAsked = given.model !== undefined || given.models.length > 0;
  const models = isAsked ? namesToLoad(given.model, given.models) : [];
  const config = { ...given, model: models[0], models, workers };
  if (config.minFaceSize < config.minFaceSizeFloor) {
    throw new ConfigError(
      `MIN_FACE_SIZE must be at least MIN_FACE_SIZE_FLOOR, ${config.minFaceSizeFloor}, got ${config.minFaceSize}`,
    );
  }
  if (config.port !== 0 && config.port === config.metricsPort) {
    throw new ConfigError(`METRICS_PORT must be another port than PORT_NUMBER, got ${config.port} for both`);
  }
  return config;
}

/**
 * Throws ConfigError where more threads may search at once than there are cores: each would only get a part of one. For the
 * start, not for each worker: a quota that shrinks later must not keep the service from replacing one.
 */
export function checkCores({ workers, slots, threads }: Config, cores = allowedCores()): void {
  if (workers * slots * threads <= cores) return;
  throw new ConfigError(
    `WORKERS x SLOTS x THREADS must be at most the cores that this process may use, ${cores}, ` +
      `got ${workers} x ${slots} x ${threads} = ${workers * slots * threads}`,
  );
}

/** The configuration as `serve --print-config` shows it: `VARIABLE=value` lines; secrets masked, or left out where there are none. */
export function printConfig(config: Config): string {
  const lines = Object.entries<Setting<unknown>>(settings).flatMap(([key, { variable, isSecret }]) => {
    const value = config[key as keyof Config];
    if (isSecret) {
      const secrets = value as readonly string[];
      return secrets.length > 0 ? `${variable}=${secrets.map(() => '***').join(',')}` : [];
    }
    return `${variable}=${typeof value === 'object' ? value.join(',') : (value ?? '')}`;
  });
  return `${lines.join('\n')}\n`;
}
