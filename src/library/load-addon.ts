import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileExists, packageRoot } from '../system/package-root.js';
import { installLines } from './build-needs.js';
import { FaceDetectorError } from './face-detector-error.js';
import type { NativeAddon } from './native.js';
import { folderOfPackage, offeredPackages, packagesOfOtherPlatforms, platformPackage } from './platform-packages.js';
import { refuseBundle } from './refuse-bundle.js';

/** The loader's environment; tests pass other values. */
export interface LoaderSetting {
  root: string;
  platform: string;
  arch: string;
  libc: string;
  /** Instruction sets of the processor, by Linux's names; empty if unknown. */
  processorFlags: () => string;
  /** Returns the folder of an installed package. */
  folderOf: (name: string) => string | undefined;
  /** Names of the platform packages published with this one. */
  offered: () => readonly string[];
  /** Names of installed packages for other platforms than `own`. */
  others: (own: string | undefined) => string[];
  open: (file: string) => unknown;
}

const buildCommand = 'npx opencv-face-detector build';
const installHint = `Debian, Ubuntu: ${installLines.debian}; macOS: ${installLines.macOs}`;
const fileName = 'opencv_face_detector.node';

/** glibc or musl on Linux, by which dynamic loader exists; empty elsewhere. Node's own report can take seconds. */
function currentLibc(): string {
  if (process.platform !== 'linux') return '';
  const muslLoader = `/lib/ld-musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`;
  const glibcLoaders = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'];
  return fileExists(muslLoader) && !glibcLoaders.some(fileExists) ? 'musl' : 'glibc';
}

/** Flags of the first processor; the file has an entry for each. */
function currentProcessorFlags(): string {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}

function currentSetting(): LoaderSetting {
  refuseBundle();
  return {
    root: packageRoot,
    platform: process.platform,
    arch: process.arch,
    libc: currentLibc(),
    processorFlags: currentProcessorFlags,
    folderOf: folderOfPackage,
    offered: offeredPackages,
    others: packagesOfOtherPlatforms,
    open: require,
  };
}

function targetOf({ platform, arch, libc }: LoaderSetting): string {
  return [platform, arch, libc].filter(Boolean).join('-');
}

/** The name of this machine's addon target, such as `linux-x64-glibc`. */
export function currentTarget(): string {
  return targetOf(currentSetting());
}

/** Whether this platform can have an addon at all. */
export function isSupported({ platform, arch }: Pick<LoaderSetting, 'platform' | 'arch'> = process): boolean {
  return ['linux', 'darwin'].includes(platform) && ['x64', 'arm64'].includes(arch);
}

const addonMissing = (message: string, cause?: unknown) =>
  new FaceDetectorError('ADDON_MISSING', message, cause === undefined ? undefined : { cause });

function loadFailure(error: unknown, file: string, target: string): FaceDetectorError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_DLOPEN_DISABLED') {
    return addonMissing(
      `Node.js was told to load no native addon, which ${path.basename(file)} is. Under the permission model (--permission) allow it ` +
        'with --allow-addons, and with --allow-fs-read to read this package and the images; otherwise leave --no-addons out',
      error,
    );
  }
  const text = (error as Partial<Error>).message ?? String(error);
  const library = /(\S+): cannot open shared object file|Library not loaded: (\S+)/.exec(text);
  const missing = library?.[1] ?? library?.[2];
  if (missing?.includes('opencv') || missing?.includes('libhwy')) {
    return addonMissing(
      `${missing.includes('opencv') ? 'OpenCV' : 'Highway'} is not installed: ${path.basename(missing)} is missing. Install it (${installHint}); ` +
        `after a change of its version run: ${buildCommand}`,
      error,
    );
  }
  const newer = /version [`'](GLIBC\w*_[\d.]+)' not found/.exec(text)?.[1];
  if (newer) {
    return addonMissing(
      `${target} is older here than the prebuilt addon needs: the system's libraries lack ${newer} (Debian 12, Ubuntu 22.04, ` +
        `Enterprise Linux 9 and later have it). Build it here once (${installHint}): ${buildCommand}`,
      error,
    );
  }
  return addonMissing(
    `the native addon ${path.basename(file)} does not load on ${target} (${text}). Build it again: ${buildCommand}`,
    error,
  );
}

/**
 * OpenCV aborts the process if the processor lacks an instruction set it was compiled for, so do not even load it then.
 */
function refuseOldProcessor({ platform, arch, processorFlags }: LoaderSetting): void {
  if (platform !== 'linux' || arch !== 'x64') return;
  const flags = processorFlags();
  if (flags === '' || flags.split(/\s+/).includes('sse4_2')) return;
  throw new Error(
    'the prebuilt addon needs a processor with SSE4.2, which this one does not show; a virtual machine shows it with a model such as x86-64-v2 or host',
  );
}

/**
 * Where the addon may be, in order of preference: in this platform's package, or where `build` puts it. A clone of the
 * project, recognised by its binding.gyp, prefers its own build, then what `npm run prebuild` made.
 */
function candidates({ root, folderOf }: LoaderSetting, target: string): { prebuilt: string[]; order: string[] } {
  const name = platformPackage(target);
  const folder = name && folderOf(name);
  const built = path.join(root, 'build', 'Release', fileName);
  const made = path.join(root, 'prebuilds', target, fileName);
  const prebuilt = [...(folder ? [path.join(folder, fileName)] : []), made];
  const isClone = fileExists(path.join(root, 'binding.gyp'));
  return { prebuilt, order: isClone ? [built, ...prebuilt] : [...prebuilt, built] };
}

/**
 * For a missing platform package: npm skips it because of a flag or a lock file, or node_modules was copied from
 * another system.
 */
function packageMissing(name: string, { others }: LoaderSetting): FaceDetectorError {
  const [other] = others(name);
  if (other !== undefined) {
    return addonMissing(
      `node_modules was installed for another system: it has ${other}, and this one needs ${name}. ` +
        'Delete node_modules and install here: npm install',
    );
  }
  return addonMissing(
    `the package ${name}, which has the native addon for this machine, is not installed. If optional packages were left out: ` +
      'npm install --include=optional opencv-face-detector. If the lock file was made on another system, where npm leaves the packages ' +
      'of this one out of it: delete node_modules and package-lock.json, then npm install. Or compile it here once (a C++ compiler, CMake, ' +
      `OpenCV and Highway are needed; ${installHint}): ${buildCommand}`,
  );
}

function notFound(setting: LoaderSetting, target: string): FaceDetectorError {
  if (!isSupported(setting)) {
    return addonMissing(
      `${target} is not supported: opencv-face-detector runs on Linux and macOS, x64 and arm64. ` +
        'Elsewhere run its service in a container and send requests to it; in a clone of the project: ' +
        'docker run -p 8000:8000 -v .:/app -w /app node:22 npm start',
    );
  }
  const name = platformPackage(target);
  if (name !== undefined && setting.offered().includes(name)) return packageMissing(name, setting);
  return addonMissing(
    `there is no prebuilt addon for ${target}, and none has been built here. Build it once (a C++ compiler, CMake, OpenCV and ` +
      `Highway are needed; ${installHint}): ${buildCommand}`,
  );
}

/**
 * Loads the first .node file that works (see `candidates`). Throws FaceDetectorError ADDON_MISSING, saying what is
 * missing and the command that fixes it.
 */
export function loadAddon(setting: LoaderSetting = currentSetting()): NativeAddon {
  const target = targetOf(setting);
  const { prebuilt, order } = candidates(setting, target);
  let failure: FaceDetectorError | undefined;
  for (const file of order.filter(fileExists)) {
    try {
      if (prebuilt.includes(file)) refuseOldProcessor(setting);
      return setting.open(file) as NativeAddon;
    } catch (error) {
      failure ??= loadFailure(error, file, target);
    }
  }
  throw failure ?? notFound(setting, target);
}
