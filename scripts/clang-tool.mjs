import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

/** What formats and judges the C++ code is Clang's 14, Debian 12's: every version does either differently. */
export const clangVersion = 14;

/** The command of that version of a tool such as `clang-format`; undefined where it is not installed. */
export function clangTool(name) {
  const isIt = (command) =>
    spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout?.includes(` version ${clangVersion}.`);
  return [`${name}-${clangVersion}`, name].find(isIt);
}

/** The C++ files of the checkout whose names have one of these endings, by their path in it. */
export function cppFiles(...endings) {
  return ['native', 'test'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .filter((name) => endings.includes(path.extname(name)))
      .sort()
      .map((name) => path.join(folder, name)),
  );
}
