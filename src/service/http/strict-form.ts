import { randomUUID } from 'node:crypto';
import { strictHeader } from './part-header.js';
import { brokenForm } from './request-error.js';

const maxHeaderBytes = 16 * 1024;
const isBoundaryCharacter = /^[\w'()+,./:=?-]/;

const mixedLineEnds = () => brokenForm('its lines must all end with CR LF, or all with LF');
const longerBoundary = () => brokenForm('a line begins with the boundary and goes on');

/** Consumes the front of the data and returns the rest for the next step; undefined if it needs more data. */
type Step = (data: Buffer) => Buffer | undefined;

/**
 * Rewrites a form in the strict spelling of RFC 7578 with a new random boundary, so that busboy sees exactly the parts,
 * headers and content that this class sees, and no content can look like a boundary to it. Accepts what clients are
 * known to send if it has only one meaning: white space after a boundary, lines that all end with a bare LF, and
 * headers that `strictHeader` accepts. Buffers at most the header of a part (16 KiB) or a possible start of a boundary.
 */
export class StrictForm {
  readonly boundary = randomUUID();
  readonly #delimiter: string;
  readonly #emit: (piece: Buffer) => void;
  #step: Step = this.#preamble;
  /** Data kept until more arrives. Starts with a line end, which the first boundary may lack. */
  #rest: Buffer = Buffer.from('\n');
  /** Line end of the first boundary's line. */
  #lineEnd = '';
  #isPadded = false;
  #isAfterHeader = false;

  /** `boundary`: the client's, bytes as Latin-1. `emit` gets the rewritten bytes. */
  constructor(boundary: string, emit: (piece: Buffer) => void) {
    this.#delimiter = `--${boundary}`;
    this.#emit = emit;
  }

  /**
   * Rewrites the next bytes of the body. Throws RequestError MALFORMED_BODY, after emitting everything before the
   * fault.
   */
  push(chunk: Buffer): void {
    let data: Buffer | undefined = Buffer.concat([this.#rest, chunk]);
    while (data) data = this.#step(data);
  }

  /** Call at the end of the body. Throws RequestError MALFORMED_BODY if the form is not complete. */
  end(): void {
    if (this.#step !== this.#afterEnd && this.#step !== this.#epilogue) throw brokenForm('Unexpected end of form');
  }

  #needMore(rest: Buffer): undefined {
    this.#rest = rest;
  }

  #preamble(data: Buffer): Buffer | undefined {
    const opening = `\n${this.#delimiter}`;
    const found = data.indexOf(opening, 0, 'latin1');
    if (found < 0) return this.#needMore(data.subarray(Math.max(0, data.length - opening.length + 1)));
    return this.#afterBoundary(data.subarray(found + opening.length));
  }

  #content(data: Buffer): Buffer | undefined {
    // The line end of a header's empty line may also be the one before a boundary: then the part is empty.
    const start = this.#isAfterHeader ? this.#lineEnd.length : 0;
    const opening = this.#lineEnd + this.#delimiter;
    const found = data.indexOf(opening, 0, 'latin1');
    const end = found < 0 ? data.length - opening.length + 1 : found;
    if (end > start) this.#emit(data.subarray(start, end));
    if (found >= 0) return this.#afterBoundary(data.subarray(found + opening.length));
    if (end <= start) return this.#needMore(data);
    this.#isAfterHeader = false;
    return this.#needMore(data.subarray(end));
  }

  #afterBoundary(data: Buffer): Buffer {
    this.#emit(Buffer.from(`\r\n--${this.boundary}`));
    this.#isPadded = false;
    this.#step = this.#boundaryEnd;
    return data;
  }

  #boundaryEnd(data: Buffer): Buffer | undefined {
    let at = 0;
    while (data[at] === 0x20 || data[at] === 0x09) at++;
    this.#isPadded ||= at > 0;
    const next = data.toString('latin1', at, at + 2);
    if (next === '--' && !this.#isPadded) {
      this.#emit(Buffer.from('--\r\n'));
      this.#step = this.#afterEnd;
      return data.subarray(at + 2);
    }
    if (next === '' || next === '\r' || next === '-') return this.#needMore(data.subarray(at));
    const [lineEnd] = /^\r?\n/.exec(next) ?? [];
    if (lineEnd === undefined && next[0] !== '\r') throw longerBoundary();
    this.#lineEnd ||= lineEnd ?? '';
    if (this.#lineEnd !== lineEnd) throw mixedLineEnds();
    this.#step = this.#header;
    return data.subarray(at);
  }

  /** The data begins with the boundary's line end, so that a header without lines ends like any other. */
  #header(data: Buffer): Buffer | undefined {
    const lineEnd = this.#lineEnd;
    const found = data.indexOf(lineEnd + lineEnd, 0, 'latin1');
    const block = data.toString('latin1', 0, Math.min(found < 0 ? data.length : found, maxHeaderBytes + 1));
    if (block.length > maxHeaderBytes || found === 0) throw brokenForm('Malformed part header');
    if ((lineEnd === '\n' ? /\r\n/ : /[^\r]\n/).test(block)) throw mixedLineEnds();
    if (block.includes(lineEnd + this.#delimiter)) throw brokenForm('a boundary within the header of a part');
    if (found < 0) return this.#needMore(data);
    this.#emit(Buffer.from(`\r\n${strictHeader(block.slice(lineEnd.length), lineEnd)}\r\n\r\n`, 'latin1'));
    this.#isAfterHeader = true;
    this.#step = this.#content;
    return data.subarray(found + lineEnd.length);
  }

  /**
   * Two dashes may be the start of a longer boundary, of a form nested in this one, which must not end this one
   * silently.
   */
  #afterEnd(data: Buffer): Buffer | undefined {
    if (data.length === 0) return this.#needMore(data);
    if (isBoundaryCharacter.test(data.toString('latin1', 0, 1))) throw longerBoundary();
    this.#step = this.#epilogue;
    return this.#needMore(Buffer.alloc(0));
  }

  #epilogue(): undefined {}
}
