import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Has `write` write a new file of the name that it gets, beside `file`, whose name that gets then, replacing what was there: a process that is
 * killed leaves no part under it. Resolves to what `write` resolves to. Rejects like it, or with the file system's error; then nothing is left.
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
