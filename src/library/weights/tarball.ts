import { gunzipSync } from 'node:zlib';

const block = 512;

/**
 * Extracts one file of a .tgz packed by npm; undefined if it is not there. Throws an Error if the archive is damaged,
 * or unpacks to more than `limit` bytes.
 */
export function fileInTarball(tgz: Uint8Array, name: string, limit: number): Uint8Array | undefined {
  const tar = gunzipSync(tgz, { maxOutputLength: limit });
  const text = (from: number, length: number) =>
    tar
      .toString('latin1', from, from + length)
      .replace(/\0.*$/s, '')
      .trim();
  for (let at = 0; at + block <= tar.length; ) {
    const size = Number.parseInt(text(at + 124, 12) || '0', 8);
    const isFile = ['', '0'].includes(text(at + 156, 1));
    if (isFile && text(at, 100) === name) return tar.subarray(at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
  }
  return undefined;
}
