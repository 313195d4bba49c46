import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

// An ES module bundle has no __dirname, and must not fail on import; refuse-bundle.ts then reports the problem.
const here = typeof __dirname === 'string' ? __dirname : path.resolve('/');

/** The folder of package.json, in the checkout or the installed package. */
export const packageRoot = path.join(here, '..', '..');

interface PackageManifest {
  version: string;
  devDependencies: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** What package.json says. */
export function packageManifest(): PackageManifest {
  return JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as PackageManifest;
}

/** Whether a file exists; false if Node's permission model hides it. */
export function fileExists(file: string): boolean {
  try {
    return existsSync(file);
  } catch {
    return false;
  }
}
