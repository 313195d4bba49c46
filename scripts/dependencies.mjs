import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { vendored } from './vendor.mjs';

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
 * The packages of others that a user gets with ours, sorted by where they lie in node_modules: those that dist/ is bundled with, all that
 * these need, and those whose files are copied. Each has its `place` (`node_modules/pino`), its package.json as `manifest`, the lock's
 * `integrity`, and as `needs` the places of its own dependencies. The first has the place '' and is our own.
 */
export function dependencies(root) {
  const { packages } = readJson(path.join(root, 'package-lock.json'));
  const isCopied = (place) => copied.includes(place.slice('node_modules/'.length));
  const needs = (place) => {
    if (place === '') return [...vendored, ...copied].sort().map((name) => resolve(packages, '', name));
    if (isCopied(place)) return []; // its files come without what it needs
    const { dependencies: own = {}, optionalDependencies = {} } = packages[place];
    const names = Object.keys({ ...own, ...optionalDependencies });
    return names
      .map((name) => resolve(packages, place, name))
      .filter((found) => found && existsSync(path.join(root, found)));
  };
  const found = new Map();
  const waiting = [''];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (found.has(place)) continue;
    found.set(place, needs(place));
    waiting.push(...found.get(place));
  }
  return [...found.keys()].sort().map((place) => ({
    place,
    integrity: packages[place].integrity,
    manifest: readJson(path.join(root, place, 'package.json')),
    needs: found.get(place),
  }));
}
