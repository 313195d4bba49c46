import { type ModelName, modelNames } from '../models.js';

/** Settings of the service, all from environment variables; the README lists them. */
export interface Config {
  /** Port of the HTTP server; 0 takes a free one. */
  port: number;
  /** Address to listen on; undefined: all. */
  host: string | undefined;
  /** Path that takes images. */
  endpoint: string;
  /** undefined: mtcnn, or haar while mtcnn's weights are missing. */
  model: ModelName | undefined;
  /** What POST takes: a form with a file, or JSON with base64. */
  postType: 'FORM' | 'JSON';
  /** Writes a line per request and the stack of every error. */
  debugging: boolean;
  /** Largest request body in bytes. */
  maxBodyBytes: number;
  /** Largest image, width x height. */
  maxPixels: number;
}

/** A variable that has a value which it cannot have. */
export class ConfigError extends Error {
  readonly code = 'INVALID_CONFIG';
}

// Names under which the replaced service knew its detectors.
const modelAliases = new Map<string, ModelName>([
  ['MTCNNTorchFaceDetector', 'mtcnn'],
  ['MTCNNTFFaceDetector', 'mtcnn'],
  ['HaarcascadeCV2FaceDetector', 'haar'],
]);

type Read<T> = (text: string) => T | undefined;

const integer =
  (min: number, max: number): Read<number> =>
  (text) =>
    /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined;

const flag: Read<boolean> = (text) =>
  ({ true: true, t: true, '1': true, false: false, f: false, '0': false })[text.toLowerCase()];

function readVariable<T>(
  environment: NodeJS.ProcessEnv,
  name: string,
  fallback: T,
  expected: string,
  read: Read<T>,
): T {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  const value = read(text);
  if (value === undefined) throw new ConfigError(`${name} must be ${expected}, got ${JSON.stringify(text)}`);
  return value;
}

/** Throws ConfigError naming the variable and what it may be. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const models = [...modelNames, ...modelAliases.keys()];
  return {
    port: readVariable(environment, 'PORT_NUMBER', 8000, 'a port from 0 to 65535', integer(0, 65_535)),
    host: readVariable<string | undefined>(environment, 'HOST', undefined, 'an address', (text) => text),
    endpoint: readVariable(
      environment,
      'ENDPOINT',
      '/face',
      'a path such as /face, of letters, digits, "-", "_", "." and "/"',
      (text) => (/^(\/[\w.-]+)+$/.test(text) ? text : undefined),
    ),
    model: readVariable<ModelName | undefined>(
      environment,
      'FACE_DETECTION_MODEL',
      undefined,
      `one of ${models.join(', ')}`,
      (text) => modelAliases.get(text) ?? modelNames.find((name) => name === text),
    ),
    postType: readVariable<Config['postType']>(environment, 'POST_TYPE', 'FORM', 'FORM or JSON', (text) =>
      text === 'FORM' || text === 'JSON' ? text : undefined,
    ),
    debugging: readVariable(environment, 'DEBUGGING', false, 'true or false', flag),
    maxBodyBytes: readVariable(
      environment,
      'MAX_BODY_BYTES',
      20 * 2 ** 20,
      'a number of bytes from 1024 to 1073741824',
      integer(1024, 2 ** 30),
    ),
    maxPixels: readVariable(
      environment,
      'MAX_PIXELS',
      50_000_000,
      'a number of pixels from 1 to 1073741824',
      integer(1, 2 ** 30),
    ),
  };
}
