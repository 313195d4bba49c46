import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeBase64, hasLostPlus } from '../../library/base64.js';
import { FaceDetectorError } from '../../library/face-detector-error.js';
import { type BodyLimits, receiveBody } from './body.js';
import { formLimits, formParser } from './form-parser.js';
import { brokenForm, RequestError } from './request-error.js';
import type { Entry } from './request-options.js';

/** One file of a form. */
export interface FilePart {
  /** Name of the form's field; undefined where the part has none. */
  field: string | undefined;
  bytes: Buffer;
}

export interface Form {
  files: FilePart[];
  fields: Entry[];
}

/** An image and what else came with it. */
export interface Upload {
  image: Buffer;
  fields: Entry[];
}

// A part called so is the image.
const imageFields: readonly unknown[] = ['image', 'file'];

/** Whether a part of this name is an image: without a file name it is a text, by which it is told from an option. */
export const isImageField = (name: string | undefined) => imageFields.includes(name);

/** RequestError IMAGE_MISSING of an image that came as a text. */
export function needsFileName(field: string): RequestError {
  return new RequestError('IMAGE_MISSING', `the part "${field}" needs a file name`);
}

/**
 * A whole form, its files in memory.
 * Rejects with RequestError MALFORMED_BODY (broken, cut short, too many parts) or with what receiveBody rejects with.
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

// An image and a few options have a dozen. 20 MB of `{},{},...` would take the event loop seconds, and 400 MB.
const maxJsonMarks = 1000;

/** Whether the JSON in `body` has more objects, arrays and members than any request needs. */
function isCrowded(body: Buffer): boolean {
  let marks = 0;
  for (const mark of ['{', '[', ',']) {
    for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + 1)) if (++marks > maxJsonMarks) return true;
  }
  return false;
}

/** RequestError MALFORMED_BODY of an `image` that is no base64 text. */
function noBase64(text: unknown): RequestError {
  const isDecoded = typeof text === 'string' && hasLostPlus(text);
  const why = isDecoded ? ': it has spaces where + was, as if it had been decoded as a form' : '';
  return new RequestError('MALFORMED_BODY', `image must be a base64 text${why}`);
}

/** RequestError MALFORMED_BODY of a body with more in it than belongs there: most often the numbers of an image's bytes. */
function tooCrowded(body: Buffer): RequestError {
  if (/"image"\s*:\s*[[{]/.test(body.toString('latin1'))) return noBase64(undefined);
  return new RequestError('MALFORMED_BODY', 'the body has more than an image and its options');
}

/**
 * `{"image": "<base64>", ...}`; other members are options. A byte order mark before it means nothing.
 * Rejects with RequestError MALFORMED_BODY, IMAGE_MISSING, or with what receiveBody rejects with.
 */
export async function readJson(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<Upload> {
  const body = await readBytes(request, response, limits);
  if (isCrowded(body)) throw tooCrowded(body);
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
  if (!image) throw noBase64(text);
  const fields = Object.entries(rest).map(
    ([name, value]): Entry => [name, typeof value === 'string' ? value : JSON.stringify(value)],
  );
  return { image, fields };
}

/** RequestError IMAGE_MISSING of a form without an image. */
export function noImage({ fields }: Form): RequestError {
  const [text] = fields.find(([name]) => isImageField(name)) ?? [];
  if (text !== undefined) return needsFileName(text);
  return new RequestError('IMAGE_MISSING', 'send the image as a file in the form field "image"');
}

function onlyImage(form: Form): Upload {
  const { files, fields } = form;
  const images = files.filter(({ field }) => isImageField(field));
  const [image] = images;
  if (!image) throw noImage(form);
  if (images.length > 1) throw new RequestError('MALFORMED_BODY', 'send one image; /v1/batch takes many');
  if (files.length > 1) throw new RequestError('MALFORMED_BODY', 'send one file, in the form field "image"');
  return { image: image.bytes, fields };
}

/**
 * The one image of a request, as its content type says: multipart (`image` or `file`), JSON with base64, or the bare bytes.
 * Rejects with RequestError IMAGE_MISSING, MALFORMED_BODY, with FaceDetectorError UNSUPPORTED_FORMAT for any other content type,
 * or with what receiveBody rejects with.
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
