// The files that fuzz targets start from.
import path from 'node:path';
import { root, run, SetupError } from '../../scripts/steps.mjs';
import { fuzzCorpora } from '../../scripts/test/core.mjs';

const at = (...parts) => path.join(root, ...parts);
const seeds = at('build', 'fuzz', 'seeds');

/** Compiles the tests' TypeScript and writes the seeds by it, or throws SetupError. */
export async function writeSeeds() {
  const node = (title, ...args) => run(title, process.execPath, args);
  if (
    !(await node(
      'fuzz targets: TypeScript',
      at('node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      'test/tsconfig.json',
    ))
  )
    throw new SetupError('they did not compile');
  if (!(await node('seeds', at('build', 'test', 'fuzz', 'write-seeds.mjs'), seeds)))
    throw new SetupError('the seeds could not be written');
}

/** The folders of a target's seeds and finds. */
export const corpora = (target) => fuzzCorpora(target, seeds);
