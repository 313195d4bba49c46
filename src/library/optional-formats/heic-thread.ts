// The thread that decodes one HEIC image and ends. Loaded only as a worker thread, by decode-heic.ts.
import { parentPort, workerData } from 'node:worker_threads';
import type { HeicAnswer, HeicTask } from './heic-message.js';
import { type WasmMemory, webAssembly } from './web-assembly.js';

/** A value of an enumeration of libheif's. */
interface Code {
  value: number;
}
interface HeifError {
  code: Code;
  subcode: Code;
  message: string;
}
interface Decoded {
  width: number;
  height: number;
  channels: { data: Uint8Array; stride: number }[];
}
/** The part of libheif-js that is used: https://github.com/strukturag/libheif, libheif/api/libheif/heif_emscripten.h. */
interface Libheif {
  heif_context_alloc(): object | null;
  heif_context_read_from_memory(context: object, bytes: Uint8Array): HeifError;
  heif_js_context_get_primary_image_handle(context: object): object | HeifError;
  heif_image_handle_has_alpha_channel(handle: object): number;
  heif_js_decode_image2(handle: object, space: Code, chroma: Code): Decoded | HeifError;
  heif_colorspace: { heif_colorspace_RGB: Code };
  heif_chroma: { heif_chroma_interleaved_RGB: Code; heif_chroma_interleaved_RGBA: Code };
}

const { script, wasm, bytes, maxMemory, keepsAlpha } = workerData as HeicTask;
let isOverMemory = false;

/** Refuses the decoder more memory than it may have: libheif then reports a failed allocation. */
function limitMemory(): void {
  const page = 65_536;
  const { grow } = webAssembly.Memory.prototype;
  webAssembly.Memory.prototype.grow = function growWithin(this: WasmMemory, pages: number) {
    isOverMemory ||= this.buffer.byteLength + pages * page > maxMemory;
    if (isOverMemory) throw new RangeError('over the memory limit');
    return grow.call(this, pages);
  };
}

function load(): Libheif {
  const create = require(script) as (options: object) => Libheif;
  return create({
    instantiateWasm(imports: object, done: (instance: { exports: object }) => void) {
      const instance = new webAssembly.Instance(wasm, imports);
      done(instance);
      return instance.exports;
    },
    print() {},
    printErr() {},
  });
}

// libheif/api/libheif/heif_error.h
const ok = 0;
const endOfData = 100;
const memoryCode = 6;
const overSecurityLimit = 1000; // larger than the header says
const unsupportedCodes: readonly number[] = [3, 4, 11]; // file type, feature, plugin that is not built in

const isError = (answer: object): answer is HeifError => 'code' in answer;

function failureOf({ code, subcode, message }: HeifError): HeicAnswer {
  if (isOverMemory) return { failure: 'limit', message };
  if (code.value === memoryCode && subcode.value !== overSecurityLimit) return { failure: 'memory', message };
  if (subcode.value === endOfData) return { failure: 'truncated', message };
  return { failure: unsupportedCodes.includes(code.value) ? 'unsupported' : 'corrupt', message };
}

/** The rows without the gaps between them, in memory that can be moved to the caller. */
function packed({ width, height, channels: [plane] }: Decoded, channels: 3 | 4): HeicAnswer {
  if (!plane) return { failure: 'corrupt', message: 'no pixels' };
  const row = width * channels;
  const data = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) data.set(plane.data.subarray(y * plane.stride, y * plane.stride + row), y * row);
  return { data: data.buffer, width, height, channels };
}

/** Decodes the primary image, cropped, mirrored and turned as its properties say; EXIF is not looked at. */
function decode(libheif: Libheif): HeicAnswer {
  const context = libheif.heif_context_alloc();
  if (!context) return { failure: 'memory', message: 'no context' };
  const read = libheif.heif_context_read_from_memory(context, new Uint8Array(bytes));
  if (read.code.value !== ok) return failureOf(read);
  const handle = libheif.heif_js_context_get_primary_image_handle(context);
  if (isError(handle)) return failureOf(handle);
  const hasAlpha = keepsAlpha && libheif.heif_image_handle_has_alpha_channel(handle) !== 0;
  const { heif_chroma_interleaved_RGB: rgb, heif_chroma_interleaved_RGBA: rgba } = libheif.heif_chroma;
  const space = libheif.heif_colorspace.heif_colorspace_RGB;
  const decoded = libheif.heif_js_decode_image2(handle, space, hasAlpha ? rgba : rgb);
  return isError(decoded) ? failureOf(decoded) : packed(decoded, hasAlpha ? 4 : 3);
}

function answer(): HeicAnswer {
  try {
    limitMemory();
    return decode(load());
  } catch (error) {
    // A trap of WebAssembly, or an exception of C++, which is a number.
    const message = error instanceof Error ? error.message : 'the decoder failed';
    return { failure: isOverMemory ? 'limit' : error instanceof RangeError ? 'memory' : 'corrupt', message };
  }
}

const result = answer();
parentPort?.postMessage(result, 'data' in result ? [result.data] : []);
