import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { FaceDetectorError } from '../face-detector-error.js';

async function writeThenRename(filePath: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(filePath), { recursive: true });
  const partial = `${filePath}.${randomUUID()}.partial`;
  try {
    const handle = await open(partial, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, filePath);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * Writes a file atomically: to a temporary file beside it, synced to disk, then renamed.
 * Rejects with FaceDetectorError MODEL_MISSING, with the file system's reason, and leaves no partial file.
 */
export async function writeWhole(filePath: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeThenRename(filePath, bytes);
  } catch (error) {
    const reason = `${filePath} could not be written: ${(error as Error).message}`;
    throw new FaceDetectorError('MODEL_MISSING', reason, { cause: error });
  }
}
