import { isIP } from 'node:net';
import { optionTable } from '../library/detect-options.js';
import { namesToLoad } from '../library/loaded-models.js';
import { type ModelName, modelAliases, modelNames, scoreThresholdOf } from '../library/model-catalog.js';
import { engineChoices, maxThreads } from '../library/native.js';
import { allowedCores } from '../system/cores.js';
import { allowedMemory } from '../system/memory.js';
import { workersIn } from './worker-memory.js';

/** One environment variable: how its text is parsed, and its description in docs/service.md. */
export interface Setting<T> {
  variable: string;
  /** Value if the variable is not set. */
  fallback: () => T;
  /** The default as the documents show it, if that differs from the value. */
  shownDefault?: string;
  /** The allowed values; completes "VARIABLE must be ...". */
  expected: string;
  /** Returns undefined for an invalid text. */
  read: (text: string) => T | undefined;
  about: string;
  /** Never shown; and if set but empty, an error instead of unset. */
  isSecret?: boolean;
}

/** A variable with an invalid value. */
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

const readModel = (text: string) => modelAliases.get(text) ?? modelNames.find((name) => name === text);
const acceptedModels = [...modelNames, ...modelAliases.keys()].join(', ');

const isAddress = (text: string) => isIP(text) > 0 || text === 'localhost';

/**
 * Whether a browser could send this text as a page's origin. Not `null`: browsers send that for every file and
 * sandboxed frame, so allowing it would allow everybody, which is what `*` is for.
 */
function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

function isProxy(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  // Express accepts neither a subnet of 0 bits nor an IPv4 address embedded in other addresses.
  const isEmbedded = isIP(address) === 6 && address.includes('.') && !/^::ffff:/i.test(address);
  return (
    isIP(address) > 0 &&
    !isEmbedded &&
    rest.length === 0 &&
    (bits === undefined || wholeNumber(bits, 1, isIP(address) === 4 ? 32 : 128) !== undefined)
  );
}

const { minFaceSize, maxSide, maxPixels, scaleFactor, maxFaces, maxCpuMs } = optionTable;
/** The lowest default threshold of any model: a higher floor would refuse requests that set none. */
const lowestThreshold = Math.min(
  optionTable.pnetThreshold.default,
  ...modelNames.flatMap((name) => scoreThresholdOf(name) ?? []),
);

/**
 * All settings, read from environment variables. Validation, the table in docs/service.md and `serve --print-config`
 * are made from this table.
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
    read: (text) => (/^(\/[\w.-]+)+$/.test(text) && !isReservedPath(text) ? text : undefined),
    about: "path of the replaced service's route",
  } satisfies Setting<string>,
  model: {
    variable: 'FACE_DETECTION_MODEL',
    fallback: (): ModelName | undefined => undefined,
    shownDefault: 'the first of `MODELS`; otherwise mtcnn, or haar if the weights of mtcnn are missing',
    expected: `one of ${acceptedModels}`,
    read: readModel,
    about: `model for \`ENDPOINT\` and for requests that name none (${modelNames.join(', ')}); if set, its weights must be present`,
  } satisfies Setting<ModelName | undefined>,
  models: {
    variable: 'MODELS',
    fallback: (): readonly ModelName[] => [],
    shownDefault: 'only `FACE_DETECTION_MODEL`',
    expected: `names, separated by commas, each one of ${acceptedModels}`,
    read: (text) => {
      const names = text.split(',').map((name) => readModel(name.trim()));
      return names.every((name) => name !== undefined) ? names : undefined;
    },
    about: 'models to load; a request to `/v1` picks one with `model`. They share the slots',
  } satisfies Setting<readonly ModelName[]>,
  modelsDir: {
    variable: 'MODELS_DIR',
    fallback: (): string | undefined => undefined,
    shownDefault: "the package's `models`",
    expected: 'the path of a folder',
    read: (text) => text,
    about: 'folder of the weights, as filled by `models fetch --models-dir`',
  } satisfies Setting<string | undefined>,
  engine: choice(
    'ENGINE',
    'auto',
    engineChoices,
    "what runs the networks of mtcnn and yunet: our `fused` kernels, OpenCV's dnn module (`opencv`), or `auto`: `fused` if a self-check at start gives equal answers",
  ),
  postType: choice(
    'POST_TYPE',
    'FORM',
    ['FORM', 'JSON'],
    'what `ENDPOINT` accepts: a form with a file, or `{"image": "<base64>"}`',
  ),
  debugging: flag('DEBUGGING', 'log at level debug, with a stack trace for every rejected request'),
  logLevel: choice('LOG_LEVEL', 'info', ['debug', 'info', 'warn', 'error', 'silent'], 'lowest level that is logged'),
  workers: {
    ...integer(
      'WORKERS',
      1,
      1,
      256,
      'worker processes; by default as many as keep the allowed cores busy and fit into the allowed memory',
    ),
    fallback: (): number | undefined => undefined, // derived from slots and threads in readConfig
    shownDefault: 'cores / (`SLOTS` x `THREADS`), fewer if memory is short',
  } satisfies Setting<number | undefined>,
  slots: integer('SLOTS', 1, 1, 64, 'images that each worker searches at the same time'),
  threads: integer(
    'THREADS',
    1,
    1,
    maxThreads,
    'threads that share one search: answers come sooner, throughput stays the same. ' +
      '`WORKERS` x `SLOTS` x `THREADS` must not exceed the cores allowed by affinity and cgroup quota',
  ),
  queueLimit: integer(
    'QUEUE_LIMIT',
    16,
    1,
    10_000,
    'requests per worker that may upload or wait; further ones get 503',
  ),
  waitingBytes: integer(
    'WAITING_BYTES',
    128 * 2 ** 20,
    2 ** 20,
    2 ** 40,
    'bytes of request bodies and unread answers that each worker may hold; requests beyond that get 503',
  ),
  clientShare: decimal(
    'CLIENT_SHARE',
    0.75,
    0.01,
    1,
    'share of `QUEUE_LIMIT`, `WAITING_BYTES`, `BATCH_LIMIT` and `STREAM_LIMIT` that one client (an IPv4 address or an IPv6 /64) may take; set it to 1 if all requests come from one address',
  ),
  minFaceSize: integer(
    'MIN_FACE_SIZE',
    minFaceSize.default,
    minFaceSize.min,
    minFaceSize.max,
    '`minFaceSize` of requests that do not set it',
  ),
  minFaceSizeFloor: integer(
    'MIN_FACE_SIZE_FLOOR',
    minFaceSize.min,
    minFaceSize.min,
    minFaceSize.max,
    'smallest `minFaceSize` that a request may set',
  ),
  scaleFactorCeiling: decimal(
    'SCALE_FACTOR_CEILING',
    scaleFactor.max,
    scaleFactor.default,
    scaleFactor.max,
    'largest `scaleFactor` that a request may set; 0.95 takes five times as long as the default of 0.707',
  ),
  thresholdFloor: decimal(
    'THRESHOLD_FLOOR',
    0,
    0,
    lowestThreshold,
    'lowest threshold, of any stage, that a request may set',
  ),
  maxFaces: integer('MAX_FACES', 1000, maxFaces.min, maxFaces.max, 'default and upper limit of `maxFaces`'),
  maxCpuMs: integer(
    'MAX_CPU_MS',
    10_000,
    maxCpuMs.min,
    maxCpuMs.max,
    'processor time in milliseconds that a search may take; one that takes more is stopped (`TOO_COSTLY`)',
  ),
  maxSide: {
    variable: 'MAX_SIDE',
    fallback: (): number | undefined => undefined,
    shownDefault: 'not shrunk',
    expected: `an integer from ${maxSide.min} to ${maxSide.max}`,
    read: (text) => wholeNumber(text, maxSide.min, maxSide.max),
    about: 'shrink images with a longer side than this before the search; also the upper limit of `maxSide`',
  } satisfies Setting<number | undefined>,
  fastDecode: flag(
    'FAST_DECODE',
    '`fastDecode` of requests that do not set it: decode JPEGs at a reduced size if `maxSide` or `minFaceSize` allows it',
  ),
  maxPixels: integer(
    'MAX_PIXELS',
    maxPixels.default,
    maxPixels.min,
    maxPixels.max,
    'largest image, width x height, read from its header',
  ),
  maxBodyBytes: integer(
    'MAX_BODY_BYTES',
    20 * 2 ** 20,
    1024,
    2 ** 30,
    'largest request body, largest image in a batch and largest frame of a stream',
  ),
  batchLimit: integer(
    'BATCH_LIMIT',
    8,
    1,
    10_000,
    'batches that each worker handles at the same time; further ones get 503',
  ),
  batchTimeoutMs: integer(
    'BATCH_TIMEOUT_MS',
    120_000,
    1,
    3_600_000,
    'time for a whole batch, from the request header to the last line of the answer',
  ),
  streamLimit: integer(
    'STREAM_LIMIT',
    16,
    0,
    10_000,
    'WebSockets of `/v1/stream` that each worker holds open; further ones get 503. 0: there is no such route',
  ),
  streamTimeoutMs: integer(
    'STREAM_TIMEOUT_MS',
    3_600_000,
    1,
    86_400_000,
    'time after which a WebSocket of `/v1/stream` is closed; its client may open another',
  ),
  streamFrameRate: integer(
    'STREAM_FRAME_RATE',
    30,
    1,
    1000,
    'frames a second that are searched for each WebSocket of `/v1/stream` at most; others are left out',
  ),
  maxBatchImages: integer('MAX_BATCH_IMAGES', 100, 1, 100_000, 'images in one batch'),
  maxBatchBytes: integer('MAX_BATCH_BYTES', 200 * 2 ** 20, 1024, 2 ** 40, 'largest body of a batch'),
  maxVideoBytes: integer(
    'MAX_VIDEO_BYTES',
    0,
    0,
    2 ** 40,
    'largest film that `/v1/tracks` takes; 0: it takes none. Needs ffmpeg, and as much room for each worker in the folder for temporary files (`TMPDIR`)',
  ),
  maxVideoSeconds: integer('MAX_VIDEO_SECONDS', 300, 1, 86_400, 'longest film, by the times of its frames'),
  maxVideoFrames: integer('MAX_VIDEO_FRAMES', 18_000, 1, 10_000_000, 'frames in one film'),
  maxVideoPixels: integer(
    'MAX_VIDEO_PIXELS',
    4096 * 2160,
    1,
    maxPixels.default,
    'largest frame of a film, width x height; what ffmpeg may take of memory goes by it',
  ),
  videoTimeoutMs: integer(
    'VIDEO_TIMEOUT_MS',
    600_000,
    1,
    86_400_000,
    'time for a whole film, from the request header to the last line of the answer',
  ),
  headersTimeoutMs: integer('HEADERS_TIMEOUT_MS', 10_000, 100, 600_000, 'time to receive the request header'),
  bodyTimeoutMs: integer(
    'BODY_TIMEOUT_MS',
    15_000,
    100,
    600_000,
    'time to receive the body; in a batch, each image; in a stream, each frame; of a film, while less than 64 kB a second come',
  ),
  requestTimeoutMs: integer(
    'REQUEST_TIMEOUT_MS',
    30_000,
    1,
    600_000,
    'time from the end of the body to the answer; in a batch, per image; in a stream, per frame',
  ),
  keepAliveTimeoutMs: integer('KEEP_ALIVE_TIMEOUT_MS', 5_000, 0, 600_000, 'how long an idle connection is kept open'),
  shutdownTimeoutMs: integer(
    'SHUTDOWN_TIMEOUT_MS',
    30_000,
    100,
    600_000,
    'time to finish accepted requests after SIGTERM',
  ),
  stuckMs: integer(
    'STUCK_MS',
    5_000,
    100,
    600_000,
    '`/readyz` turns 503 when requests wait, a search has run this long past its deadline and none has ended since; ' +
      'keep it below `HANG_TIMEOUT_MS`, after which the worker is replaced anyway',
  ),
  hangTimeoutMs: integer(
    'HANG_TIMEOUT_MS',
    10_000,
    1_000,
    600_000,
    'replace a worker that has not answered for this long, or whose job has run this long past its deadline',
  ),
  metricsPort: integer('METRICS_PORT', 9464, 0, 65_535, 'port of `/metrics`; 0 takes a free one'),
  metricsHost: {
    variable: 'METRICS_HOST',
    fallback: (): string => '127.0.0.1',
    expected: 'an IP address, localhost or * for all addresses',
    read: (text) => (text === '*' || isAddress(text) ? text : undefined),
    about: 'address that `/metrics` listens on; `*` for all, as set in the image',
  } satisfies Setting<string>,
  apiKeys: {
    ...list(
      'API_KEYS',
      'keys of at least 16 letters, digits and signs',
      (key) => /^[\x21-\x2b\x2d-\x7e]{16,}$/.test(key),
      'if set, requests need one of these keys: `Authorization: Bearer KEY` or `X-API-Key: KEY`. Set but empty is an error at startup',
    ),
    isSecret: true,
  },
  corsOrigins: list(
    'CORS_ORIGINS',
    'origins as browsers send them, such as https://example.org or http://localhost:3000, in lower case, without a path, ' +
      "a slash at the end or the scheme's own port, or *",
    isOrigin,
    'origins whose pages may call the API, as browsers send them, or `*` for all; Compose passes them to nginx too',
  ),
  trustProxy: list(
    'TRUST_PROXY',
    'addresses, subnets (of 1 bit at least), loopback, linklocal or uniquelocal',
    isProxy,
    'proxies whose `X-Forwarded-For` is trusted',
  ),
};

type Value<S> = S extends { read(text: string): infer T } ? Exclude<T, undefined> : never;
type Fallback<S> = S extends { fallback: () => infer T } ? T : never;

/** The validated values of all settings. */
export type Config = {
  readonly [K in keyof typeof settings]: Value<(typeof settings)[K]> | Fallback<(typeof settings)[K]>;
} & { readonly workers: number };

function isReservedPath(path: string): boolean {
  return /^\/(v1|docs|web)(\/|$)/.test(path) || ['/healthz', '/readyz', '/metrics', '/openapi.json'].includes(path);
}

function readSetting<T>(setting: Setting<T>, environment: NodeJS.ProcessEnv): T {
  const text = environment[setting.variable];
  // An empty secret, lost in some deployment script, must not switch authentication off.
  if (text === undefined || (text === '' && !setting.isSecret)) return setting.fallback();
  const value = setting.read(text);
  if (value !== undefined) return value;
  const shown = setting.isSecret && text !== '' ? 'something else' : JSON.stringify(text);
  throw new ConfigError(`${setting.variable} must be ${setting.expected}, got ${shown}`);
}

/**
 * Throws ConfigError naming the variable and its allowed values. `cores`: those this process may keep busy; `memory`:
 * bytes that it and its workers may take.
 */
export function readConfig(environment: NodeJS.ProcessEnv, cores = allowedCores(), memory = allowedMemory()): Config {
  const entries = Object.entries<Setting<unknown>>(settings).map(([key, setting]) => [
    key,
    readSetting(setting, environment),
  ]);
  const given = Object.fromEntries(entries) as Config;
  const byCores = Math.max(1, Math.floor(cores / (given.slots * given.threads)));
  const workers = given.workers ?? Math.min(byCores, workersIn(memory, given));
  const isConfigured = given.model !== undefined || given.models.length > 0;
  const models = isConfigured ? namesToLoad(given.model, given.models) : [];
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
 * Throws ConfigError if more threads may search at once than there are cores: each would get only part of one. Called
 * at startup, not by each worker: a quota lowered later must not keep the service from replacing a worker.
 */
export function checkCores({ workers, slots, threads }: Config, cores = allowedCores()): void {
  if (workers * slots * threads <= cores) return;
  throw new ConfigError(
    `WORKERS x SLOTS x THREADS must be at most the cores that this process may use, ${cores}, ` +
      `got ${workers} x ${slots} x ${threads} = ${workers * slots * threads}`,
  );
}

/** The configuration for `serve --print-config`: `VARIABLE=value` lines, secrets masked, or left out if unset. */
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
