import { existsSync, realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { type PictureKind, pictureKinds } from '../../library/render-options.js';
import { UsageError } from '../usage-error.js';
import type { Input } from './inputs.js';

/** The pictures to write: a folder for each kind, and the options of each. */
export interface PictureRequest {
  folders: Partial<Record<PictureKind, string>>;
  options: Partial<Record<PictureKind, object>>;
  /** Whether a picture may replace an existing file. */
  mayReplace: boolean;
}

/** The requested kinds with their folders. */
export const requestedPictures = ({ folders }: PictureRequest) =>
  pictureKinds.flatMap((kind) => (folders[kind] ? [[kind, folders[kind]] as const] : []));

/** The real path of `folder`, which may not exist yet. */
async function realFolder(folder: string): Promise<string> {
  const resolved = path.resolve(folder);
  try {
    return await realpath(resolved);
  } catch {
    return path.join(await realFolder(path.dirname(resolved)), path.basename(resolved));
  }
}

/** Real paths of the folders for pictures. Throws UsageError if two kinds have the same one. */
export async function pictureFolders(request: PictureRequest): Promise<Set<string>> {
  const folders = await Promise.all(requestedPictures(request).map(([, folder]) => realFolder(folder)));
  if (new Set(folders).size < folders.length)
    throw new UsageError('--annotate, --redact, --crops and --crop need a folder each');
  return new Set(folders);
}

/**
 * For each image the path of its pictures below their folder, without extension. All are different, whatever the
 * extensions, even on file systems that ignore case.
 */
export function pictureStems(inputs: readonly Input[]): Map<Input, string> {
  const taken = new Set<string>();
  const stems = new Map<Input, string>();
  for (const input of inputs) {
    const { dir, name, base } = path.parse(input.relative);
    let stem = path.join(dir, name);
    for (let count = 1; taken.has(stem.toLowerCase()); count++)
      stem = path.join(dir, count > 1 ? `${base}~${count}` : base);
    taken.add(stem.toLowerCase());
    stems.set(input, stem);
  }
  return stems;
}

/** Real paths of the folders with the images, and for links also with their targets. */
async function sourceFolders(inputs: Iterable<Input>): Promise<Set<string>> {
  const names = [...inputs].map(({ name }) => name).filter((name) => name !== '-');
  const folders = new Set(names.map((name) => path.dirname(name)));
  const real = new Set(await Promise.all([...folders].map(realFolder)));
  for (const name of names) if (existsSync(name)) real.add(path.dirname(realpathSync.native(name)));
  return real;
}

/** Throws UsageError if pictures would be written into a folder of the images, and might replace one. */
export async function checkTargets(request: PictureRequest, stems: ReadonlyMap<Input, string>): Promise<void> {
  const sources = await sourceFolders(stems.keys());
  const below = new Set([...stems.values()].map((stem) => path.dirname(stem)));
  for (const [kind, root] of requestedPictures(request)) {
    for (const target of [...below].map((folder) => path.join(root, folder))) {
      if (!sources.has(await realFolder(target))) continue;
      throw new UsageError(
        `--${kind} ${root}: pictures would be written among the images in ${target}, choose another folder`,
      );
    }
  }
}
