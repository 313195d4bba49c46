import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeBase64, hasLostPlus } from '../../library/base64.js';
import { FaceDetectorError } from '../../library/face-detector-error.js';
import { type BodyLimits, receiveBody } from './body.js';
import { formLimits, formParser } from './form-parser.js';
import { brokenForm, RequestError } from './request-error.js';
import type { Entry } from './request-options.js';

/** One file of a form. */
export interface FilePart {
  /** Name of the form field; undefined if the part has none. */
  field: string | undefined;
  bytes: Buffer;
}

export interface Form {
  files: FilePart[];
  fields: Entry[];
}

/** An image and the other fields. */
export interface Upload {
  image: Buffer;
  fields: Entry[];
}

// Part names that mean the image.
const imageFields: readonly unknown[] = ['image', 'file'];

/** Whether a part of this name is an image; if it has no file name, that is an error rather than an option. */
export const isImageField = (name: string | undefined) => imageFields.includes(name);

/** For an image sent as a text field. */
export function needsFileName(field: string): RequestError {
  return new RequestError('IMAGE_MISSING', `the part "${field}" needs a file name`);
}

/**
 * Reads a whole form, with its files in memory.
 * Rejects with RequestError MALFORMED_BODY (broken, cut short, too many parts) or like receiveBody.
 */
export async function readForm(request: IncomingMessage, response: ServerResponse, limits: BodyLimits): Promise<Form> {
  const { events, ...parser } = formParser(request, formLimits);
  const form: Form = { files: [], fields: [] };
  let failure: RequestError | undefined;
  const fail = (why: string) => {
    failure ??= brokenForm(why);
  };
  events.on('file', (field: string | undefined, stream) => {
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('error', () => undefined); // the parser reports it
    stream.on('end', () => form.files.push({ field, bytes: Buffer.concat(pieces) }));
  });
  events.on('field', (name: string | undefined, text, { valueTruncated }) => {
    if (valueTruncated && !isImageField(name)) fail(`a field has more than ${formLimits.fieldSize} bytes`);
    form.fields.push([name ?? '', text]);
  });
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    events.on(limit, () => fail('too many parts'));
  events.on('error', (error: Error) => fail(error.message));
  await receiveBody(request, response, limits, (chunk) => {
    if (failure) throw failure;
    parser.write(chunk);
  });
  await parser.end();
  if (failure) throw failure;
  return form;
}

async function readBytes(request: IncomingMessage, response: ServerResponse, limits: BodyLimits): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await receiveBody(request, response, limits, (piece) => pieces.push(piece));
  return Buffer.concat(pieces);
}

// A request has about a dozen, and 500 for each full list of boxes. 20 MB of `{},{},...` would block the event loop for
// seconds and take 400 MB.
const maxJsonTokens = 2000;

/** Whether the JSON in `body` has more objects, arrays and members than any request needs. */
function hasTooManyValues(body: Buffer): boolean {
  let tokens = 0;
  for (const token of ['{', '[', ',']) {
    for (let at = body.indexOf(token); at >= 0; at = body.indexOf(token, at + 1))
      if (++tokens > maxJsonTokens) return true;
  }
  return false;
}

/** For an `image` that is not base64 text. */
function notBase64(text: unknown): RequestError {
  const isDecoded = typeof text === 'string' && hasLostPlus(text);
  const why = isDecoded ? ': it has spaces where + was, as if it had been decoded as a form' : '';
  return new RequestError('MALFORMED_BODY', `image must be a base64 text${why}`);
}

/** For a body with too many values: most often an image's bytes as an array of numbers. */
function tooManyValues(body: Buffer): RequestError {
  if (/"image"\s*:\s*[[{]/.test(body.toString('latin1'))) return notBase64(undefined);
  return new RequestError('MALFORMED_BODY', 'the body has more than an image and its options');
}

/**
 * Reads `{"image": "<base64>", ...}`; other members are options. A byte order token is ignored.
 * Rejects with RequestError MALFORMED_BODY, IMAGE_MISSING, or like receiveBody.
 */
export async function readJson(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<Upload> {
  const body = await readBytes(request, response, limits);
  if (hasTooManyValues(body)) throw tooManyValues(body);
  let members: unknown;
  try {
    members = JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
  } catch {
    throw new RequestError('MALFORMED_BODY', 'the body is not JSON');
  }
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw new RequestError('MALFORMED_BODY', 'the body must be a JSON object');
  }
  const { image: text, ...rest } = members as Record<string, unknown>;
  if (text === undefined) throw new RequestError('IMAGE_MISSING', 'give the image as base64: {"image": "..."}');
  const image = decodeBase64(text);
  if (!image) throw notBase64(text);
  const fields = Object.entries(rest).map(
    ([name, value]): Entry => [name, typeof value === 'string' ? value : JSON.stringify(value)],
  );
  return { image, fields };
}

/** For a form without an image. */
export function missingImage({ fields }: Form): RequestError {
  const [text] = fields.find(([name]) => isImageField(name)) ?? [];
  if (text !== undefined) return needsFileName(text);
  return new RequestError('IMAGE_MISSING', 'send the image as a file in the form field "image"');
}

function onlyImage(form: Form): Upload {
  const { files, fields } = form;
  const images = files.filter(({ field }) => isImageField(field));
  const [image] = images;
  if (!image) throw missingImage(form);
  if (images.length > 1) throw new RequestError('MALFORMED_BODY', 'send one image; /v1/batch takes many');
  if (files.length > 1) throw new RequestError('MALFORMED_BODY', 'send one file, in the form field "image"');
  return { image: image.bytes, fields };
}

/**
 * Reads the one image of a request, by its content type: multipart (`image` or `file`), JSON with base64, or the bare
 * bytes.
 * Rejects with RequestError IMAGE_MISSING, MALFORMED_BODY, with FaceDetectorError UNSUPPORTED_FORMAT for any other
 * content type, or like receiveBody.
 */
export async function readUpload(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<Upload> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'multipart/form-data') return onlyImage(await readForm(request, response, limits));
  if (type === 'application/json') return readJson(request, response, limits);
  if (type.startsWith('image/') || type === 'application/octet-stream') {
    return { image: await readBytes(request, response, limits), fields: [] };
  }
  throw new FaceDetectorError(
    'UNSUPPORTED_FORMAT',
    `the content type must be multipart/form-data, image/*, application/octet-stream or application/json, got ${type ? JSON.stringify(type.slice(0, 100)) : 'none'}`,
  );
}
