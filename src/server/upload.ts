import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import busboy from 'busboy';
import { decodeBase64 } from '../base64.js';
import { FaceDetectorError } from '../errors.js';
import { type BodyLimits, receiveBody } from './body.js';
import { RequestError } from './errors.js';
import type { Entry } from './options.js';

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

// Far beyond any form that a person or a program sends here; busboy itself has no limits. Names of parts are bounded by its
// limit of 16 KiB for a part's header.
export const formLimits = { files: 100, fields: 100, parts: 200, headerPairs: 50, fieldSize: 4096 };

/**
 * A parser for the form in `request`; its names are UTF-8, as browsers send them.
 * Throws RequestError MALFORMED_BODY where there is no form or no boundary.
 */
export function formParser(
  request: IncomingMessage,
  { parts, fieldSize, fileSize = Infinity, ...limits }: typeof formLimits & { fileSize?: number },
): busboy.Busboy {
  // busboy takes what reaches one of these limits for what exceeds it.
  const beyond = { parts: parts + 1, fieldSize: fieldSize + 1, fileSize: fileSize + 1 };
  try {
    return busboy({ headers: request.headers, defParamCharset: 'utf8', limits: { ...limits, ...beyond } });
  } catch {
    throw new RequestError('MALFORMED_BODY', 'the body must be multipart/form-data with a boundary');
  }
}

/** Ends a parser that has been given the whole body. Resolves when it has told all that it will, errors by its event. */
export async function endForm(parser: busboy.Busboy): Promise<void> {
  parser.end();
  await nextTurn(); // what is left to do takes no turn of the event loop: all is in memory
  if (parser.closed) return;
  // Where a boundary cuts a part's header in two, busboy 1.6 opens a file that it never ends, and waits for its end.
  parser.destroy(new Error('a boundary within the header of a part'));
  await nextTurn();
}

export const brokenForm = (why: string) => new RequestError('MALFORMED_BODY', `the form is malformed: ${why}`);

/**
 * A whole form, its files in memory.
 * Rejects with RequestError MALFORMED_BODY (broken, cut short, too many parts) or with what receiveBody rejects with.
 */
export async function readForm(request: IncomingMessage, response: ServerResponse, limits: BodyLimits): Promise<Form> {
  const parser = formParser(request, formLimits);
  const form: Form = { files: [], fields: [] };
  let failure: RequestError | undefined;
  const fail = (why: string) => {
    failure ??= brokenForm(why);
  };
  parser.on('file', (field: string | undefined, stream) => {
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('error', () => undefined); // the parser reports it
    stream.on('end', () => form.files.push({ field, bytes: Buffer.concat(pieces) }));
  });
  parser.on('field', (name: string | undefined, text, { valueTruncated }) => {
    if (valueTruncated) fail(`a field has more than ${formLimits.fieldSize} bytes`);
    form.fields.push([name ?? '', text]);
  });
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    parser.on(limit, () => fail('too many parts'));
  parser.on('error', (error: Error) => fail(error.message));
  await receiveBody(request, response, limits, (chunk) => {
    if (failure) throw failure;
    parser.write(chunk);
  });
  await endForm(parser);
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

/**
 * `{"image": "<base64>", ...}`; other members are options.
 * Rejects with RequestError MALFORMED_BODY, IMAGE_MISSING, or with what receiveBody rejects with.
 */
export async function readJson(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<Upload> {
  const body = await readBytes(request, response, limits);
  if (isCrowded(body)) throw new RequestError('MALFORMED_BODY', 'the body has more than an image and its options');
  let members: unknown;
  try {
    members = JSON.parse(body.toString('utf8'));
  } catch {
    throw new RequestError('MALFORMED_BODY', 'the body is not JSON');
  }
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw new RequestError('MALFORMED_BODY', 'the body must be a JSON object');
  }
  const { image: text, ...rest } = members as Record<string, unknown>;
  if (text === undefined) throw new RequestError('IMAGE_MISSING', 'give the image as base64: {"image": "..."}');
  const image = decodeBase64(text);
  if (!image) throw new RequestError('MALFORMED_BODY', 'image must be a base64 text');
  const fields = Object.entries(rest).map(
    ([name, value]): Entry => [name, typeof value === 'string' ? value : JSON.stringify(value)],
  );
  return { image, fields };
}

function onlyImage({ files, fields }: Form): Upload {
  const images = files.filter(({ field }) => field === 'image' || field === 'file');
  const [image] = images;
  if (!image) throw new RequestError('IMAGE_MISSING', 'send the image as a file in the form field "image"');
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
