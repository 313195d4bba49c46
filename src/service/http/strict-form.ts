import { randomUUID } from 'node:crypto';
import { strictHeader } from './part-header.js';
import { brokenForm } from './request-error.js';

const maxHeaderBytes = 16 * 1024;
const isBoundaryCharacter = /^[\w'()+,./:=?-]/;

const mixedLineEnds = () => brokenForm('its lines must all end with CR LF, or all with LF');
const longerBoundary = () => brokenForm('a line begins with the boundary and goes on');

/** Takes what it can from the front of the data and gives the rest to the step that follows; undefined where it needs more. */
type Step = (data: Buffer) => Buffer | undefined;

/**
 * Rewrites a form into the strict spelling of RFC 7578, with a boundary of its own: the parser behind it then takes for a part, a header
 * and content what this does, and no content can look like a boundary to it. Taken is what clients are known to send and what has one
 * meaning: white space behind a boundary, lines that all end with LF alone, and headers as `strictHeader` takes them. No more is
 * held than the header of a part (16 KiB) or what may be the beginning of a boundary.
 */
export class StrictForm {
  readonly boundary = randomUUID();
  readonly #theirs: string;
  readonly #emit: (piece: Buffer) => void;
  #step: Step = this.#preamble;
  /** What more is needed for. The first boundary needs no line end before it. */
  #rest: Buffer = Buffer.from('\n');
  /** As the line of the first boundary ends. */
  #lineEnd = '';
  #isPadded = false;
  #isBehindHeader = false;

  /** `boundary`: the client's, its bytes as Latin-1. `emit` gets the bytes of the strict form. */
  constructor(boundary: string, emit: (piece: Buffer) => void) {
    this.#theirs = `--${boundary}`;
    this.#emit = emit;
  }

  /** Takes the next bytes of the body. Throws RequestError MALFORMED_BODY, when what comes before the fault has been emitted. */
  push(chunk: Buffer): void {
    let data: Buffer | undefined = Buffer.concat([this.#rest, chunk]);
    while (data) data = this.#step(data);
  }

  /** To be called at the end of the body. Throws RequestError MALFORMED_BODY where that is not the end of the form. */
  end(): void {
    if (this.#step !== this.#afterEnd && this.#step !== this.#epilogue) throw brokenForm('Unexpected end of form');
  }

  #needMore(rest: Buffer): undefined {
    this.#rest = rest;
  }

  #preamble(data: Buffer): Buffer | undefined {
    const opening = `\n${this.#theirs}`;
    const found = data.indexOf(opening, 0, 'latin1');
    if (found < 0) return this.#needMore(data.subarray(Math.max(0, data.length - opening.length + 1)));
    return this.#afterBoundary(data.subarray(found + opening.length));
  }

  #content(data: Buffer): Buffer | undefined {
    // The line end of the empty line behind a header may also be the one before a boundary: the part is empty then.
    const start = this.#isBehindHeader ? this.#lineEnd.length : 0;
    const opening = this.#lineEnd + this.#theirs;
    const found = data.indexOf(opening, 0, 'latin1');
    const end = found < 0 ? data.length - opening.length + 1 : found;
    if (end > start) this.#emit(data.subarray(start, end));
    if (found >= 0) return this.#afterBoundary(data.subarray(found + opening.length));
    if (end <= start) return this.#needMore(data);
    this.#isBehindHeader = false;
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

  /** The data begins with the line end of the boundary, so that a header without a line ends like any other. */
  #header(data: Buffer): Buffer | undefined {
    const lineEnd = this.#lineEnd;
    const found = data.indexOf(lineEnd + lineEnd, 0, 'latin1');
    const block = data.toString('latin1', 0, Math.min(found < 0 ? data.length : found, maxHeaderBytes + 1));
    if (block.length > maxHeaderBytes || found === 0) throw brokenForm('Malformed part header');
    if ((lineEnd === '\n' ? /\r\n/ : /[^\r]\n/).test(block)) throw mixedLineEnds();
    if (block.includes(lineEnd + this.#theirs)) throw brokenForm('a boundary within the header of a part');
    if (found < 0) return this.#needMore(data);
    this.#emit(Buffer.from(`\r\n${strictHeader(block.slice(lineEnd.length), lineEnd)}\r\n\r\n`, 'latin1'));
    this.#isBehindHeader = true;
    this.#step = this.#content;
    return data.subarray(found + lineEnd.length);
  }

  /** Two dashes may also go on: as the boundary of a form within this one, which must not end it unnoticed. */
  #afterEnd(data: Buffer): Buffer | undefined {
    if (data.length === 0) return this.#needMore(data);
    if (isBoundaryCharacter.test(data.toString('latin1', 0, 1))) throw longerBoundary();
    this.#step = this.#epilogue;
    return this.#needMore(Buffer.alloc(0));
  }

  #epilogue(): undefined {}
}
