import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../../library/write-whole.js';

/** Creates an empty file of this name. Rejects with code EEXIST if the name exists, even if it was just created. */
async function claim(file: string): Promise<void> {
  try {
    await (await open(file, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw Object.assign(new Error(`${file} already exists: choose another folder, or use --overwrite`), {
      code: 'EEXIST',
    });
  }
}

/** A killed process leaves no part of a picture under its name, at worst an empty file. */
async function writePicture(file: string, data: Uint8Array, mayReplace: boolean): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeWhole(file, async (partial) => {
    await writeFile(partial, data, { flag: 'wx' });
    // Not a hard link, which would do both in one step: FAT and many network file systems lack them.
    if (!mayReplace) await claim(file);
  });
}

/**
 * Writes the pictures of one image and creates their folders. If one cannot be written, the earlier ones are removed.
 * Rejects with code EEXIST if a name exists, unless `mayReplace`, and with the file system's errors.
 */
export async function writePictures(pictures: ReadonlyMap<string, Uint8Array>, mayReplace: boolean): Promise<void> {
  const written: string[] = [];
  try {
    for (const [file, data] of pictures) {
      await writePicture(file, data, mayReplace);
      written.push(file);
    }
  } catch (error) {
    await Promise.allSettled(written.map((file) => rm(file, { force: true }))); // the first error tells more than one from here
    throw error;
  }
}
