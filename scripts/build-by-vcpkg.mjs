// The addon and its tests on macOS and Windows, from libraries that vcpkg builds (native/static/vcpkg). VCPKG_ROOT names its checkout.
// Nothing of this has run yet.
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

const triplets = {
  'darwin-x64': ['x64-osx', '--CDCMAKE_OSX_DEPLOYMENT_TARGET=11.0'],
  'darwin-arm64': ['arm64-osx', '--CDCMAKE_OSX_DEPLOYMENT_TARGET=11.0'],
  // Highway asks for Clang there: Visual C++ does not inline its functions.
  'win32-x64': ['x64-windows-static', '--toolset', 'ClangCL'],
};

export const vcpkgTargets = Object.keys(triplets);

/** What stands in the addon whatever else a port may need. */
export const vcpkgLibraries = ['highway', 'libjpeg-turbo', 'libpng', 'libwebp', 'opencv4', 'protobuf', 'tiff', 'zlib'];

/**
 * cmake-js's arguments for `target`, and where vcpkg leaves each library's folder of licence and SPDX document.
 * Throws where VCPKG_ROOT is not set or the target is another.
 */
export function vcpkgBuild(root, target, vcpkg = process.env.VCPKG_ROOT) {
  if (!triplets[target]) throw new Error(`vcpkg builds ${vcpkgTargets.join(', ')}, not ${target}`);
  if (!vcpkg) throw new Error('VCPKG_ROOT must name a checkout of vcpkg, bootstrapped');
  const [triplet, ...settings] = triplets[target];
  const own = path.join(root, 'native', 'static', 'vcpkg');
  const args = [
    'build',
    ...settings,
    '--CDFACES_TESTS=ON',
    `--CDCMAKE_TOOLCHAIN_FILE=${path.join(vcpkg, 'scripts', 'buildsystems', 'vcpkg.cmake')}`,
    `--CDVCPKG_MANIFEST_DIR=${own}`,
    `--CDVCPKG_OVERLAY_TRIPLETS=${path.join(own, 'triplets')}`,
    `--CDVCPKG_TARGET_TRIPLET=${triplet}`,
    `--CDVCPKG_HOST_TRIPLET=${triplet}`, // or protobuf would be built twice, for its compiler
    '--parallel',
    String(availableParallelism()),
  ];
  return { args, share: path.join(root, 'build', 'vcpkg_installed', triplet, 'share') };
}

/** Copies each library's licence and SPDX document, but of those that only help to build or to test. */
export function copyVcpkgLicences(share, target) {
  for (const name of readdirSync(share)) {
    const isLinked = existsSync(path.join(share, name, 'vcpkg.spdx.json')) && !/^(vcpkg-|doctest$)/.test(name);
    if (!isLinked) continue;
    mkdirSync(path.join(target, name), { recursive: true });
    for (const file of ['copyright', 'vcpkg.spdx.json'])
      copyFileSync(path.join(share, name, file), path.join(target, name, file));
  }
}
