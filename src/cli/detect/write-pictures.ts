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

/** Whole or not at all: a process that is killed leaves no half picture under its name, at worst an empty file. */
async function writePicture(file: string, data: Uint8Array, mayReplace: boolean): Promise<void> {
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

/**
 * Writes the pictures of one image, by their paths, with the folders above them. Where one cannot be written, those before are
 * removed again. Rejects with the code EEXIST where a name is taken, unless `mayReplace`, and with the file system's errors.
 */
export async function writePictures(pictures: ReadonlyMap<string, Uint8Array>, mayReplace: boolean): Promise<void> {
  const written: string[] = [];
  try {
    for (const [file, data] of pictures) {
      await writePicture(file, data, mayReplace);
      written.push(file);
    }
  } catch (error) {
    await Promise.allSettled(written.map((file) => rm(file, { force: true }))); // the reason tells more than a second failure
    throw error;
  }
}
