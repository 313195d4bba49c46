import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Resolves to what `write` does, which writes a new file of the name that it gets. That becomes `file`, replacing it, once it is written: a
 * process that is killed leaves no part under the name. Rejects as `write`, or with the file system's error, and then leaves nothing.
 */
export async function writeWhole<T>(file: string, write: (partial: string) => Promise<T>): Promise<T> {
  const partial = path.join(path.dirname(file), `.${randomUUID()}.partial`);
  try {
    const result = await write(partial);
    await rename(partial, file);
    return result;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
