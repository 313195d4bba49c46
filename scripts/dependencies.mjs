import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

// Files of these are copied into dist/ (scripts/compile.mjs), so that they are part of the package without being a dependency of it.
const copied = ['swagger-ui-dist'];

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Where Node.js finds `name` from the package in `from`: its own node_modules, then those of each folder above. */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const found = path.posix.join(folder, 'node_modules', name);
    if (packages[found]) return found;
    if (folder === '') return undefined; // an optional one that is not there
  }
}

/**
 * The packages of others that a user gets with ours, sorted by where they lie: those that package-lock.json counts neither as
 * development's nor as optional peers, and those whose files are copied. Each has its `place` (`node_modules/pino`), its
 * package.json as `manifest`, the lock's `integrity`, and as `needs` the places of its own dependencies. The first has the place
 * '' and is our own.
 */
export function dependencies(root) {
  const { packages } = readJson(path.join(root, 'package-lock.json'));
  const isCopied = (place) => copied.includes(place.slice('node_modules/'.length));
  const isInstalled = (place, { dev, devOptional, optional, peer }) =>
    !(dev || devOptional || (optional && peer)) && (!optional || existsSync(path.join(root, place)));
  const needs = (place, { dependencies: own = {}, optionalDependencies = {} }) => {
    if (isCopied(place)) return []; // its files come without what it needs
    const names = [...Object.keys({ ...own, ...optionalDependencies }), ...(place === '' ? copied : [])];
    return names.map((name) => resolve(packages, place, name)).filter(Boolean);
  };
  return Object.entries(packages)
    .filter(([place, entry]) => isCopied(place) || isInstalled(place, entry))
    .map(([place, entry]) => ({
      place,
      integrity: entry.integrity,
      manifest: readJson(path.join(root, place, 'package.json')),
      needs: needs(place, entry),
    }));
}
