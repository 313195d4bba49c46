import { type IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { readBatch } from '#dist/service/http/batch-upload.js';
import { RequestError } from '#dist/service/http/request-error.js';
import { StrictForm } from '#dist/service/http/strict-form.js';
import { readForm, readJson, readUpload } from '#dist/service/http/upload.js';
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

/** How a form may be written. */
const strictly = {
  lineEnd: '\r\n',
  padding: '',
  kind: 'form-data',
  colon: ':',
  end: '',
  hasQuotes: true,
  preamble: '',
};
const spelling = fc.record({
  lineEnd: fc.constantFrom('\r\n', '\n'),
  padding: fc.constantFrom('', ' ', '\t \t'),
  kind: fc.constantFrom('form-data', 'attachment', 'Form-Data'),
  colon: fc.constantFrom(':', ': ', ' :\t'),
  end: fc.constantFrom('', ';', ' ; ', '; x', "; filename*=utf-8''%e2%82%ac"),
  hasQuotes: fc.boolean(),
  preamble: fc.constantFrom('', '\n', '\r\n', 'text\r\n', '--\n'),
});

function formOf(parts: { field: string; name?: string; bytes: Buffer }[], how = strictly): Buffer {
  const { lineEnd, padding, kind, colon, end, hasQuotes, preamble } = how;
  const written = (name: string) => (hasQuotes ? `"${name.replace(/[\\"]/g, '\\$&')}"` : name.replaceAll(/[;"]/g, ''));
  const pieces = parts.flatMap(({ field, name, bytes }) => {
    const file = name === undefined ? '' : `; filename=${written(name)}`;
    const header = `Content-Disposition${colon}${kind}; name=${written(field)}${file}${end}`;
    return [Buffer.from(`--${boundary}${padding}${lineEnd}${header}${lineEnd}${lineEnd}`), bytes, Buffer.from(lineEnd)];
  });
  return Buffer.concat([Buffer.from(preamble), ...pieces, Buffer.from(`--${boundary}--${padding}${lineEnd}`)]);
}

const isPlain = ({ bytes }: { bytes: Buffer }, lineEnd = '\r\n') =>
  !`${lineEnd}${bytes.toString('latin1')}${lineEnd}`.includes(`${lineEnd}--${boundary}`);

const inQuotes = String.raw`"([^\\"\0-\x08\n-\x1f]|\\[\\"])+"`;
/** A part as busboy reads it without doubt, its boundary left out. */
const strictPart = new RegExp(
  String.raw`^\r\n(Content-Disposition: form-data(; name=${inQuotes})?(; filename=${inQuotes})?\r\n)?` +
    String.raw`Content-Type: [^\0-\x08\n-\x1f]*\r\n\r\n`,
);

describe('fuzzing: uploads', () => {
  it('a form gives every byte of every file, however it is cut into pieces', () =>
    hold(
      fc.asyncProperty(files, cuts, async (all, shares) => {
        const parts = all.filter((part) => isPlain(part));
        const pieces = piecesOf(formOf(parts), shares);
        const whole = { files: parts.map(({ field, bytes }) => ({ field, bytes })), fields: [] };
        expect(await outcome(form, formType, pieces)).to.deep.equal(whole);
        expect(await outcome(batchOf, formType, pieces)).to.deep.equal(
          parts.map(({ bytes }) => bytes.toString('latin1')),
        );
      }),
    ));

  it('a form in any spelling that clients use gives the same as in the strict one', () =>
    hold(
      fc.asyncProperty(files, spelling, cuts, async (all, how, shares) => {
        const parts = all.filter((part) => isPlain(part, how.lineEnd));
        const pieces = piecesOf(formOf(parts, how), shares);
        const whole = { files: parts.map(({ field, bytes }) => ({ field, bytes })), fields: [] };
        expect(await outcome(form, formType, pieces)).to.deep.equal(whole);
      }),
    ));

  // Of what followed a boundary in the middle of a line, now one thing was made, now another.
  it('a damaged form is refused or read, in time, and the same however it is cut', () =>
    hold(
      fc.asyncProperty(files, spelling, changes, cuts, async (parts, how, damage, shares) => {
        const body = changed(formOf(parts, how), damage);
        for (const read of [form, upload, batchOf])
          expect(await outcome(read, formType, piecesOf(body, shares))).to.deep.equal(
            await outcome(read, formType, [body]),
          );
      }),
    ));

  // What is not refused, busboy reads as it was meant: it is fed by StrictForm alone, whose boundary nobody knows.
  it('nothing gets past the strict spelling', () =>
    hold(
      fc.asyncProperty(files, spelling, changes, async (parts, how, damage) => {
        const emitted: Buffer[] = [];
        const strict = new StrictForm(boundary, (piece) => void emitted.push(piece));
        try {
          strict.push(changed(formOf(parts, how), damage));
          strict.end();
        } catch (error) {
          expect(error).to.be.instanceOf(RequestError);
          return;
        }
        const text = Buffer.concat(emitted).toString('latin1');
        const [before, ...sections] = text.split(`\r\n--${strict.boundary}`);
        expect(before).to.equal('');
        expect(sections.pop()).to.equal('--\r\n');
        for (const section of sections) expect(section).to.match(strictPart);
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
