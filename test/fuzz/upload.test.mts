import { type IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { FaceDetectorError } from '#dist/errors.js';
import { readBatch } from '#dist/server/batch-upload.js';
import { RequestError } from '#dist/server/errors.js';
import { readForm, readJson, readUpload } from '#dist/server/upload.js';
import { heldBytes } from '../fixtures/held-bytes.mjs';
import { changed, changes } from './changes.mjs';
import { hold } from './hold.mjs';

// A reader that waits for what never comes is found by its time running out, of which the codes above do not allow any.
const limits = { maxBytes: 100_000, timeoutMs: 20_000 };
const batchLimits = { maxBodyBytes: 100_000, maxBatchImages: 20, maxBatchBytes: 100_000, bodyTimeoutMs: 20_000 };
const codes = ['MALFORMED_BODY', 'IMAGE_MISSING', 'UNSUPPORTED_FORMAT', 'BODY_TOO_LARGE'];

type Read<T> = (request: IncomingMessage, response: ServerResponse) => Promise<T>;

/** Numbers that cut a body into pieces: where each begins, as shares of the body. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

function piecesOf(body: Buffer, shares: number[]): Buffer[] {
  const places = [0, ...shares.map((share) => Math.floor(share * body.length)), body.length].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => body.subarray(places[i], end));
}

/** What a reader makes of a body that comes in these pieces; the code of its refusal, for which there are two classes. */
async function outcome<T>(read: Read<T>, type: string, pieces: Buffer[]): Promise<T | string> {
  const stream = Readable.from(
    pieces.filter(({ length }) => length > 0),
    { objectMode: false },
  );
  const request = Object.assign(stream, { headers: { 'content-type': type } }) as unknown as IncomingMessage;
  try {
    return await read(request, new ServerResponse(request));
  } catch (error) {
    const isOurs = error instanceof RequestError || error instanceof FaceDetectorError;
    if (!isOurs || !codes.includes(error.code)) throw error;
    return error.code;
  }
}

async function batchOf(request: IncomingMessage, response: ServerResponse): Promise<string[]> {
  const parts: string[] = [];
  for await (const part of readBatch(request, response, batchLimits, heldBytes(), new AbortController().signal))
    parts.push('bytes' in part ? part.bytes.toString('latin1') : part.error.code);
  return parts;
}

const form: Read<unknown> = (request, response) => readForm(request, response, limits);
const json: Read<unknown> = (request, response) => readJson(request, response, limits);
const upload: Read<unknown> = (request, response) => readUpload(request, response, limits);

// A boundary that contents can come near to.
const boundary = '-x';
const formType = `multipart/form-data; boundary=${boundary}`;
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('\r', '\n', '-', '--', '--x', '\r\n--', '---x--', 'a', '\0'), { maxLength: 12 })
    .map((parts) => Buffer.from(parts.join(''))),
);
const names = fc.string({
  unit: fc.constantFrom('a', 'b', 'é', '字', ' ', '.', ';', '=', '/', '\\'),
  minLength: 1,
  maxLength: 8,
});
const files = fc.array(fc.record({ field: fc.constantFrom('image', 'file'), name: names, bytes: contents }), {
  maxLength: 5,
});

function formOf(parts: { field: string; name?: string; bytes: Buffer }[]): Buffer {
  const pieces = parts.flatMap(({ field, name, bytes }) => {
    const file = name === undefined ? '' : `; filename="${name.replace(/[\\"]/g, '\\$&')}"`;
    return [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${field}"${file}\r\n\r\n`),
      bytes,
      Buffer.from('\r\n'),
    ];
  });
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

const isPlain = ({ bytes }: { bytes: Buffer }) => !`\r\n${bytes.toString('latin1')}\r\n`.includes(`\r\n--${boundary}`);

describe('fuzzing: uploads', () => {
  it('a form gives every byte of every file, however it is cut into pieces', () =>
    hold(
      fc.asyncProperty(files, cuts, async (all, shares) => {
        const parts = all.filter(isPlain);
        const pieces = piecesOf(formOf(parts), shares);
        const whole = { files: parts.map(({ field, bytes }) => ({ field, bytes })), fields: [] };
        expect(await outcome(form, formType, pieces)).to.deep.equal(whole);
        expect(await outcome(batchOf, formType, pieces)).to.deep.equal(
          parts.map(({ bytes }) => bytes.toString('latin1')),
        );
      }),
    ));

  // Not the same however it is cut: of what follows a boundary in the middle of a line busboy makes now one thing, now another.
  it('a damaged form is refused or read, in time', () =>
    hold(
      fc.asyncProperty(files, changes, cuts, async (parts, damage, shares) => {
        const pieces = piecesOf(changed(formOf(parts), damage), shares);
        for (const read of [form, upload, batchOf]) await outcome(read, formType, pieces);
      }),
    ));

  it('base64 gives the bytes it was made of, with spaces, a data: prefix, in either alphabet', () =>
    hold(
      fc.asyncProperty(
        contents,
        fc.boolean(),
        fc.constantFrom('base64' as const, 'base64url' as const),
        cuts,
        cuts,
        async (bytes, hasPrefix, alphabet, breaks, shares) => {
          const lines = piecesOf(Buffer.from(bytes.toString(alphabet)), breaks)
            .map(String)
            .join('\r\n ');
          const text = `${hasPrefix ? 'data:image/png;base64,' : ''}${lines}`;
          const pieces = piecesOf(Buffer.from(JSON.stringify({ minFaceSize: 40, image: text })), shares);
          expect(await outcome(json, '', pieces)).to.deep.equal({ image: bytes, fields: [['minFaceSize', '40']] });
        },
      ),
    ));

  it('any JSON is refused or read', () =>
    hold(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.json().map((text) => `{"image":${text}}`),
        ),
        changes,
        async (text, damage) => {
          for (const body of [Buffer.from(text), changed(Buffer.from(text), damage)])
            await outcome(json, 'application/json', [body]);
        },
      ),
    ));

  it('any bytes under any content type are refused or read', () =>
    hold(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom(
            formType,
            'multipart/form-data',
            'multipart/form-data; boundary=',
            'application/json',
            'image/png',
            '',
          ),
          fc.string().map((text) => `multipart/form-data; boundary=${text}`),
          fc.string(),
        ),
        contents,
        cuts,
        async (type, body, shares) => {
          const pieces = piecesOf(body, shares);
          expect(await outcome(upload, type, pieces)).to.deep.equal(await outcome(upload, type, [body]));
        },
      ),
    ));
});
