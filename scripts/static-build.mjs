// The addon with its libraries inside, by the recipes in native/static and this machine's compiler, or one for another kind of machine.
import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { root } from './steps.mjs';

const at = (...parts) => path.join(root, ...parts);

/** In the order in which they need each other. */
export const libraries = ['zlib', 'libjpeg-turbo', 'libpng1.6', 'libwebp', 'tiff', 'protobuf', 'highway', 'opencv'];

// What a build runs, and the Debian package that brings it.
const compilers = { 'c++': 'g++', cmake: 'cmake', make: 'make' };
const forLibraries = {
  bzip2: 'bzip2',
  ninja: 'ninja-build',
  patch: 'patch',
  'pkg-config': 'pkg-config',
  python3: 'python3',
  xz: 'xz-utils',
};
const assembler = { nasm: 'nasm' };
const crossCompiler = ({ triplet, targetArch }) => ({
  [`${triplet}-g++`]: `crossbuild-essential-${targetArch}`,
  protoc: 'protobuf-compiler',
});

const isInstalled = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error?.code !== 'ENOENT';

/** Which programs of the build are missing, with the command that brings them; undefined where it can begin. `cross` is prebuildTarget's. */
export function missingTools(cross) {
  const isForX64 = !cross && process.arch === 'x64';
  const needed = {
    ...compilers,
    ...(missingLibraries(cross).length > 0 && { ...forLibraries, ...(isForX64 && assembler) }),
    ...(cross && crossCompiler(cross)),
  };
  const missing = Object.entries(needed).filter(([name]) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  const [names, packages] = [0, 1].map((i) => missing.map((entry) => entry[i]));
  return `missing: ${names.join(', ')}. Run: sudo apt-get install -y ${packages.join(' ')}`;
}

const folderOf = (cross) => at('build', cross ? `static-${cross.targetArch}` : 'static');
const licencesIn = (folder) => path.join(folder, 'installed', 'share', 'licences');

function missingLibraries(cross) {
  const licences = licencesIn(folderOf(cross));
  return libraries.filter((name) => !existsSync(path.join(licences, name, 'version')));
}

/** Debian's doctest is headers only, in a folder where a compiler for another machine must not look. */
function offerDoctest(prefix) {
  const [own, offered] = ['/usr/include/doctest', path.join(prefix, 'include', 'doctest')];
  if (existsSync(own) && !existsSync(offered)) symlinkSync(own, offered);
}

/**
 * Builds what is missing of the libraries, then the addon, with tests also faces_tests. `cross` is prebuildTarget's; `run(command, args,
 * environment)` throws or exits where a command fails. Answers where the addon and the libraries' licences are, and the command that strips.
 */
export function buildStatic({ cross, withTests = false, run }) {
  const work = folderOf(cross);
  const sources = at('build', 'static', 'sources'); // the same for all machines
  const prefix = path.join(work, 'installed');
  const environment = { SOURCES: sources, PREFIX: prefix, ...(cross && { TARGETARCH: cross.targetArch }) };

  const missing = missingLibraries(cross);
  const unfetched = missing.filter((name) => !existsSync(path.join(sources, name, 'debian', 'suite')));
  if (unfetched.length > 0) run('native/static/sources.sh', unfetched, environment);
  for (const name of missing) run('native/static/build.sh', [name], environment);

  if (withTests) offerDoctest(prefix);
  const out = path.join(work, 'addon');
  const settings = [`--CDCMAKE_PREFIX_PATH=${prefix}`, `--CDFACES_TESTS=${withTests ? 'ON' : 'OFF'}`];
  if (cross) settings.push(`--CDCMAKE_TOOLCHAIN_FILE=${at('native', 'static', 'cross.cmake')}`);
  const cmakeJs = at('node_modules', 'cmake-js', 'bin', 'cmake-js');
  const parallel = ['--parallel', String(availableParallelism())];
  run(process.execPath, [cmakeJs, 'build', '--out', out, ...settings, ...parallel], environment);
  return {
    release: path.join(out, 'Release'),
    licences: licencesIn(work),
    strip: cross ? `${cross.triplet}-strip` : 'strip',
  };
}
