import { closeSync, constants, fstatSync, open, read } from 'node:fs';
import { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { onAbort, throwIfAborted } from './abort.js';
import { cutPath } from './cut-path.js';
import { withMessage, withMissingFlag } from './permission.js';

const openDescriptor = promisify(open);
const readSome = promisify(read);

// Opening a FIFO would otherwise block a thread of Node's pool until somebody writes: four of them block all file reads
// and name lookups, nothing can stop them, and the process waits for its threads even on exit. (Windows lacks the
// flag.)
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

// The limits of Node's own readFile: bytes per read when it watches a signal, and the largest file.
const chunkBytes = 2 ** 19;
const maxBytes = 2 ** 31 - 1;

/** Opens a file. Rejects with the file system's error, its message made readable. */
async function openFile(file: string | URL): Promise<number> {
  try {
    return await openDescriptor(file, flags);
  } catch (error) {
    const { message, path } = error as NodeJS.ErrnoException;
    throw withMissingFlag(path ? withMessage(error, message.replace(path, cutPath)) : error);
  }
}

function tooLarge(): Error {
  return Object.assign(new Error('the file has more than 2 GiB'), { code: 'ERR_FS_FILE_TOO_LARGE' });
}

/**
 * Reads a file of `size` bytes; 0 if the system does not say (devices, /proc). Node's readFile takes an error while
 * reading a descriptor for the end of the file (Node.js 20 to 24).
 */
async function readFile(descriptor: number, size: number, signal?: AbortSignal): Promise<Buffer> {
  if (size > maxBytes) throw tooLarge();
  let bytes = Buffer.allocUnsafeSlow(size || chunkBytes);
  for (let length = 0; ; ) {
    throwIfAborted(signal);
    const { bytesRead } = await readSome(descriptor, bytes, length, Math.min(chunkBytes, bytes.length - length), null);
    length += bytesRead;
    if (bytesRead === 0 || length === size) return bytes.subarray(0, length);
    if (length < bytes.length) continue;
    if (length * 2 > maxBytes) throw tooLarge();
    bytes = Buffer.concat([bytes], length * 2);
  }
}

/**
 * Reads a pipe or a terminal to its end, on the event loop. Closes the descriptor; rejects with the reason of an abort.
 */
async function readPipe(descriptor: number, signals: readonly AbortSignal[]): Promise<Buffer> {
  const stream = isatty(descriptor) ? new ReadStream(descriptor) : new Socket({ fd: descriptor, writable: false });
  const stop = () => void stream.destroy();
  const stopListening = signals.map((signal) => onAbort(signal, stop));
  try {
    if (signals.some(({ aborted }) => aborted)) stop(); // aborted while it was being opened
    return await buffer(stream);
  } catch (error) {
    for (const signal of signals) throwIfAborted(signal);
    throw error;
  } finally {
    for (const leave of stopListening) leave();
  }
}

/**
 * Reads a whole file, unless `signal` aborts; or a pipe, FIFO or terminal to its end, however long that takes, unless
 * `signal` or `closing` aborts. Rejects with the reason of the abort, with the file system's errors, and with code
 * ERR_FS_FILE_TOO_LARGE from 2 GiB on.
 */
export async function readWhole(file: string | URL, signal?: AbortSignal, closing?: AbortSignal): Promise<Buffer> {
  throwIfAborted(signal);
  const descriptor = await openFile(file);
  const kind = fstatSync(descriptor);
  if (kind.isFIFO() || isatty(descriptor)) {
    return readPipe(
      descriptor,
      [signal, closing].filter((one) => one !== undefined),
    );
  }
  try {
    return await readFile(descriptor, kind.size, signal);
  } finally {
    closeSync(descriptor);
  }
}
