import { existsSync } from 'node:fs';
import path from 'node:path';

// A bundle that is an ES module has no __dirname, and must not end on import; refuse-bundle.ts then says what is wrong.
const here = typeof __dirname === 'string' ? __dirname : path.resolve('/');

/** The folder of package.json: of the checkout, or of the installed package. */
export const packageRoot = path.join(here, '..', '..');

/** Under Node's permission model a file that may not be read counts as not there. */
export function isThere(file: string): boolean {
  try {
    return existsSync(file);
  } catch {
    return false;
  }
}
