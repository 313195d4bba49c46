import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Writes some of the bytes to standard output; resolves to how many. */
export type Write = (bytes: Buffer) => Promise<number>;

/** A pipe takes so many bytes in one piece (PIPE_BUF of Linux); of longer ones those of other processes may come in between. */
const pieceSize = 4096;
/** Characters that wait while standard output takes none, some 5000 lines of requests; what comes beyond is lost. */
const waitingLimit = 2 ** 20;
// A pipe that is full and does not block says so (EAGAIN).
const retryMs = 50;

const writeToFile = promisify(fs.write);
const toStandardOutput: Write = async (bytes) => (await writeToFile(1, bytes)).bytesWritten;

/**
 * Where the log goes: standard output, in order, without holding up the event loop. A service is worth more than its log: where the
 * disk is full or the reader has gone, lines are lost, and `onRecovery` hears how many and why once there is room again. (pino's own
 * destination ends the process on a full disk, and before that tries for ever to write what is left.)
 */
export class LogOutput {
  readonly #onRecovery: (lost: number, reason: string) => void;
  readonly #write: Write;
  #waiting: string[] = [];
  #held = '';
  #waitingLength = 0;
  #isWriting = false;
  #lost = 0;
  #reason = '';
  #isBroken = false;

  constructor(onRecovery: (lost: number, reason: string) => void, write: Write = toStandardOutput) {
    this.#onRecovery = onRecovery;
    this.#write = write;
  }

  /** Takes a line that ends with a newline. */
  write(line: string): void {
    if (this.#waitingLength + line.length > waitingLimit) {
      this.#lose(1, 'it was not read');
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    if (!this.#isWriting) void this.#writeWaiting();
  }

  /** What still waits, for the end of the process. */
  takeRest(): string {
    return this.#held + this.#waiting.splice(0).join('');
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const lines = this.#takePiece();
      const text = lines.join('');
      const reason = await this.#writeAll(Buffer.from(this.#isBroken ? `\n${text}` : text));
      this.#waitingLength -= text.length;
      if (reason) this.#lose(lines.length, reason);
      else this.#tellLoss();
    }
    this.#isWriting = false;
  }

  /** Lines that go in one piece; one at least. */
  #takePiece(): string[] {
    let bytes = 0;
    const tooMany = this.#waiting.findIndex((line) => {
      bytes += Buffer.byteLength(line);
      return bytes > pieceSize;
    });
    return this.#waiting.splice(0, tooMany < 0 ? this.#waiting.length : Math.max(tooMany, 1));
  }

  /** Resolves to why it could not be written. */
  async #writeAll(bytes: Buffer): Promise<string | undefined> {
    for (let at = 0; at < bytes.byteLength; ) {
      try {
        at += await this.#write(bytes.subarray(at));
        this.#isBroken = bytes[at - 1] !== 0x0a;
      } catch (error) {
        const { code = String(error) } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN') return code;
        this.#held = bytes.toString('utf8', at); // for the end of the process, which may come meanwhile
        await sleep(retryMs, undefined, { ref: false });
        this.#held = '';
      }
    }
    return undefined;
  }

  #lose(lines: number, reason: string): void {
    this.#lost += lines;
    this.#reason = reason;
  }

  #tellLoss(): void {
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#onRecovery(lost, this.#reason);
  }
}
