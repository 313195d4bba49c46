import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { onAbort, throwIfAborted } from '../abort.js';
import { FaceDetectorError } from '../face-detector-error.js';
import type { NativePixels } from '../native.js';
import { withMissingFlag } from '../permission.js';
import { type DecodeOptions, maxDecodeSeconds } from './decode-options.js';
import { decodingLimit, tooMuchMemory } from './header.js';
import type { HeicAnswer, HeicFailure, HeicTask } from './heic-message.js';
import { decoderOf, unavailable } from './packages.js';
import { webAssembly } from './web-assembly.js';

// What a decoder takes whatever the image: its code's data, and the file, which it copies.
const ownMemory = 2 ** 25;
const heapMegabytes = 64;

let compiling: Promise<object> | undefined;

/** The decoder's WebAssembly, compiled once for all threads, which share what the compiler has made of it since. */
async function compiled(script: string): Promise<object> {
  compiling ??= readFile(script.replace(/js$/, 'wasm')).then((code) => webAssembly.compile(code));
  try {
    return await compiling;
  } catch (error) {
    compiling = undefined;
    throw unavailable('heic', 'which does not load. Install it again: npm install libheif-js', error);
  }
}

const codeOf = {
  memory: 'OUT_OF_MEMORY',
  truncated: 'TRUNCATED_IMAGE',
  unsupported: 'UNSUPPORTED_FORMAT',
  corrupt: 'CORRUPT_IMAGE',
} as const;
const messageOf: Record<keyof typeof codeOf, string> = {
  memory: 'there is not enough memory for the image',
  truncated: 'the image ends early: part of it is missing',
  unsupported: 'this kind of HEIC is not supported: only still images coded by HEVC are',
  corrupt: 'the HEIC is damaged and cannot be decoded',
};

function failed(failure: HeicFailure, cause: unknown, maxPixels: number): FaceDetectorError {
  if (failure === 'limit') return tooMuchMemory(maxPixels);
  return new FaceDetectorError(codeOf[failure], messageOf[failure], { cause });
}

function failureOfThread({ code }: NodeJS.ErrnoException): HeicFailure {
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'limit';
  return code === 'ERR_WORKER_INIT_FAILED' ? 'memory' : 'corrupt';
}

/** The answer of a thread; rejects with the reason of an abort, and when the thread fails or takes too long. */
function answerOf(task: HeicTask, maxPixels: number, signal: AbortSignal | undefined): Promise<HeicAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(path.join(__dirname, 'heic-thread.js'), {
      workerData: task,
      transferList: [task.bytes],
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    let hasEnded = false;
    const end = (settle: () => void) => {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(timer);
      stopListening();
      void worker.terminate().then(settle);
    };
    const late = new FaceDetectorError('TOO_COSTLY', `decoding the image takes over ${maxDecodeSeconds} s`);
    const timer = setTimeout(() => end(() => reject(late)), maxDecodeSeconds * 1000);
    const stopListening = onAbort(signal, () => end(() => reject(signal?.reason)));
    worker.on('message', (answer: HeicAnswer) => end(() => resolve(answer)));
    worker.on('error', (error) => end(() => reject(failed(failureOfThread(error), error, maxPixels))));
    worker.on('exit', () => end(() => reject(failed('corrupt', undefined, maxPixels))));
  });
}

/**
 * Decodes a HEIC image to upright RGB of 8 bits, in WebAssembly on a thread of its own, which an abort ends at once.
 * Rejects with FaceDetectorError, or with the reason of the abort.
 */
export async function decodeHeic(
  bytes: Uint8Array,
  { maxPixels, keepsAlpha, signal }: DecodeOptions,
): Promise<NativePixels> {
  const script = decoderOf('heic');
  const wasm = await compiled(script);
  throwIfAborted(signal);
  const copy = new Uint8Array(bytes).buffer;
  const maxMemory = decodingLimit(maxPixels) + ownMemory + 2 * copy.byteLength;
  const answer = await answerOf({ script, wasm, bytes: copy, maxMemory, keepsAlpha }, maxPixels, signal).catch(
    (error: unknown) => {
      throw withMissingFlag(error);
    },
  );
  if ('failure' in answer) throw failed(answer.failure, new Error(answer.message), maxPixels);
  const { data, width, height, channels } = answer;
  return { data: new Uint8Array(data), width, height, channels, isRgb: true };
}
