import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Writes some of the bytes to standard output; resolves to how many. */
export type Write = (bytes: Buffer) => Promise<number>;

/**
 * Writes to a pipe are atomic up to this size (Linux's PIPE_BUF); longer ones may interleave with other processes'
 * lines.
 */
const atomicWriteSize = 4096;
/** Characters buffered while standard output is blocked, some 5000 request lines; beyond that, lines are lost. */
const bufferLimit = 2 ** 20;
// A full non-blocking pipe fails with EAGAIN.
const retryMs = 50;

const writeToFile = promisify(fs.write);
const toStandardOutput: Write = async (bytes) => (await writeToFile(1, bytes)).bytesWritten;

/**
 * Writes the log to standard output, in order, without blocking the event loop. The service matters more than its log:
 * if the disk is full or the reader has gone, lines are lost, and `onRecovery` is called with how many and why once
 * there is room again. (pino's own destination ends the process on a full disk, after endless retries.)
 */
export class LogOutput {
  readonly #onRecovery: (lost: number, reason: string) => void;
  readonly #write: Write;
  #waiting: string[] = [];
  #unfinished = '';
  #waitingLength = 0;
  #isWriting = false;
  #lost = 0;
  #reason = '';
  #endsMidLine = false;

  constructor(onRecovery: (lost: number, reason: string) => void, write: Write = toStandardOutput) {
    this.#onRecovery = onRecovery;
    this.#write = write;
  }

  /** `line` ends with a newline. */
  write(line: string): void {
    if (this.#waitingLength + line.length > bufferLimit) {
      this.#lose(1, 'it was not read');
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    if (!this.#isWriting) void this.#writeWaiting();
  }

  /** Takes what is not written yet; for the end of the process. */
  takeUnwritten(): string {
    return this.#unfinished + this.#waiting.splice(0).join('');
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const lines = this.#takeLines();
      const text = lines.join('');
      const reason = await this.#writeAll(Buffer.from(this.#endsMidLine ? `\n${text}` : text));
      this.#waitingLength -= text.length;
      if (reason) this.#lose(lines.length, reason);
      else this.#reportLoss();
    }
    this.#isWriting = false;
  }

  /** Takes the lines that fit one atomic write; at least one. */
  #takeLines(): string[] {
    let bytes = 0;
    const tooMany = this.#waiting.findIndex((line) => {
      bytes += Buffer.byteLength(line);
      return bytes > atomicWriteSize;
    });
    return this.#waiting.splice(0, tooMany < 0 ? this.#waiting.length : Math.max(tooMany, 1));
  }

  /** Resolves to an error code, or undefined if all was written. */
  async #writeAll(bytes: Buffer): Promise<string | undefined> {
    for (let at = 0; at < bytes.byteLength; ) {
      try {
        at += await this.#write(bytes.subarray(at));
        this.#endsMidLine = bytes[at - 1] !== 0x0a;
      } catch (error) {
        const { code = String(error) } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN') return code;
        this.#unfinished = bytes.toString('utf8', at); // takeUnwritten may be called meanwhile
        await sleep(retryMs, undefined, { ref: false });
        this.#unfinished = '';
      }
    }
    return undefined;
  }

  #lose(lines: number, reason: string): void {
    this.#lost += lines;
    this.#reason = reason;
  }

  #reportLoss(): void {
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#onRecovery(lost, this.#reason);
  }
}
