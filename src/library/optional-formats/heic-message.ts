/** What the thread that decodes HEIC is given; `bytes` are moved to it. */
export interface HeicTask {
  /** File of libheif-js that gives its module. */
  script: string;
  /** Its WebAssembly, compiled. */
  wasm: object;
  bytes: ArrayBuffer;
  /** Largest memory of the decoder in bytes. */
  maxMemory: number;
  keepsAlpha: boolean;
}

/** `limit`: over its memory limit; `memory`: the system gives no more. */
export type HeicFailure = 'limit' | 'memory' | 'truncated' | 'unsupported' | 'corrupt';

/** What it answers: pixels, moved, or why there are none. */
export type HeicAnswer =
  | { data: ArrayBuffer; width: number; height: number; channels: 3 | 4 }
  | { failure: HeicFailure; message: string };
