import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Makes an empty file of this name. Rejects with the code EEXIST where anything has it, also one that has just come. */
async function claim(file: string): Promise<void> {
  try {
    await (await open(file, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw Object.assign(new Error(`${file} is there already: give another folder, or --overwrite`), { code: 'EEXIST' });
  }
}

/**
 * Writes a picture whole or not at all, with the folders above it: a process that is killed leaves no half picture under its name.
 * Rejects with the code EEXIST where the name is taken, unless `mayReplace`, and with the file system's errors.
 */
export async function writePicture(file: string, data: Uint8Array, mayReplace: boolean): Promise<void> {
  const folder = path.dirname(file);
  const part = path.join(folder, `.${randomUUID()}.part`);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(part, data, { flag: 'wx' });
    // Not a hard link, which would do both in one step: FAT and many network folders have none.
    if (!mayReplace) await claim(file);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
