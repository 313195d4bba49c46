// Writes package.json and package-lock.json that hold only some of the optional packages, in the versions of this project's lock, for npm
// install in another folder:
//
//   node scripts/lock-of.mjs FOLDER NAME ...
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder, ...names] = process.argv.slice(2);
if (!folder || names.length === 0) {
  console.error('usage: node scripts/lock-of.mjs FOLDER NAME ...');
  process.exit(2);
}
const lock = JSON.parse(readFileSync(path.join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'));
const versionOf = (name) => lock.packages[`node_modules/${name}`].version;
const dependencies = Object.fromEntries(names.map((name) => [name, versionOf(name)]));
lock.packages[''] = { dependencies };
writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock)); // npm leaves out what nothing needs any more
