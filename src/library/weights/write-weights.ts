import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { FaceDetectorError } from '../face-detector-error.js';
import { writeWhole } from '../write-whole.js';

async function writeSynced(filePath: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(filePath, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates the folder and writes the file whole, synced to disk. Rejects with FaceDetectorError MODEL_MISSING, with the file system's reason. */
export async function writeWeights(filePath: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(path.dirname(filePath), { recursive: true });
    await writeWhole(filePath, (partial) => writeSynced(partial, bytes));
  } catch (error) {
    const reason = `${filePath} could not be written: ${(error as Error).message}`;
    throw new FaceDetectorError('MODEL_MISSING', reason, { cause: error });
  }
}
