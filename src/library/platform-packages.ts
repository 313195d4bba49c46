import { readdirSync } from 'node:fs';
import path from 'node:path';
import { packageManifest, packageRoot } from '../system/package-root.js';

/**
 * Platforms with a prebuilt addon, in the terms of package.json's os, cpu and libc: npm installs only the package that
 * fits the machine.
 */
export const platforms = {
  'linux-x64-glibc': { os: 'linux', cpu: 'x64', libc: 'glibc' },
  'linux-arm64-glibc': { os: 'linux', cpu: 'arm64', libc: 'glibc' },
  'linux-x64-musl': { os: 'linux', cpu: 'x64', libc: 'musl' },
  'linux-arm64-musl': { os: 'linux', cpu: 'arm64', libc: 'musl' },
  'darwin-x64': { os: 'darwin', cpu: 'x64' },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64' },
  'win32-x64': { os: 'win32', cpu: 'x64' },
} as const satisfies Record<string, { os: string; cpu: string; libc?: string }>;

const prefix = 'opencv-face-detector-';

/** The name of a target's package, such as opencv-face-detector-linux-x64; undefined if there is none. */
export function platformPackage(target: string): string | undefined {
  return Object.hasOwn(platforms, target) ? prefix + target.replace(/-glibc$/, '') : undefined;
}

/** The platform packages published with this one: its optional dependencies. None in a clone of the project. */
export function offeredPackages(): string[] {
  return Object.keys(packageManifest().optionalDependencies ?? {});
}

/** The folder of an installed package; undefined if it is not installed. */
export function folderOfPackage(name: string): string | undefined {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** Installed packages for other platforms: node_modules was installed for one of them. */
export function packagesOfOtherPlatforms(own: string | undefined): string[] {
  try {
    return readdirSync(path.join(packageRoot, '..')).filter((name) => name.startsWith(prefix) && name !== own);
  } catch {
    return [];
  }
}
