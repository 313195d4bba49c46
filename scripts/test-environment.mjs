// Where the tests of the core find what they need, for npm test, tools/coverage.mjs and tools/sanitize.mjs.
import path from 'node:path';
import { root } from './steps.mjs';
import { findHaar } from './system-packages.mjs';

/** Environment variables, beside this process's own. To be asked for after the set-up, which may install what is looked for. */
export const testEnvironment = () => ({
  ...process.env,
  FACES_WEIGHTS: path.join(root, 'models', 'mtcnn'),
  FACES_DRAWN: path.join(root, 'build', 'fixtures'),
  FACES_SHARED: path.join(root, '..', 'shared'),
  FACES_HAAR: findHaar() ?? '',
});
