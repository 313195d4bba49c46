// Writes package.json and package-lock.json that hold only what bulk jobs need beside the service, in the versions of this project's lock,
// for npm install in another folder:
//
//   node scripts/jobs-lock.mjs FOLDER
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node scripts/jobs-lock.mjs FOLDER');
  process.exit(2);
}
const lock = JSON.parse(readFileSync(path.join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'));
const versionOf = (name) => lock.packages[`node_modules/${name}`].version;
const dependencies = Object.fromEntries(['bullmq', 'ioredis'].map((name) => [name, versionOf(name)]));
lock.packages[''] = { dependencies };
writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock)); // npm leaves out what nothing needs any more
