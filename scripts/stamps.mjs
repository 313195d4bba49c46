// Steps whose result is kept with a stamp of what it was made from.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

function filesUnder(entry) {
  const full = path.join(root, entry);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [entry];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesUnder(path.join(entry, name)));
}

/** A hash over files (folders with all that is in them) and further texts. */
export function fingerprint(entries, ...texts) {
  const hash = createHash('sha256');
  for (const file of entries.flatMap(filesUnder))
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(root, file)));
  return hash.update(texts.join('\0')).digest('hex');
}

/** Runs `make` unless `stamp` says that `result` was made from just this, or from this and more. */
export async function unlessDone(stamp, result, print, make) {
  const file = path.join(root, '.setup', stamp);
  const done = existsSync(path.join(root, result)) && existsSync(file) && readFileSync(file, 'utf8').startsWith(print);
  if (done) return;
  rmSync(file, { force: true });
  await make();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, print);
}

/** A hash over what the addon is compiled from. */
export const addonSources = () => fingerprint(['native', 'CMakeLists.txt']);
