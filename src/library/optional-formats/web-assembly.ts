// The types of Node.js have no WebAssembly, and those of browsers would come with all the rest.

/** The memory of an instance; `grow` takes pages of 64 KiB and returns how many there were. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow: (this: WasmMemory, pages: number) => number;
}

interface WebAssemblyApi {
  compile(code: Uint8Array): Promise<object>;
  readonly Instance: new (module: object, imports: object) => { exports: object };
  readonly Memory: { prototype: WasmMemory };
}

export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
