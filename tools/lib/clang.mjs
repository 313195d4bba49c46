// What fuzz, sanitize and coverage share: Clang, our code compiled by it with any instrumentation, decoders that AddressSanitizer
// watches, and the fuzzers. Everything lies in build/clang.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fingerprint, unlessDone } from '../../scripts/stamps.mjs';
import { root, run, SetupError } from '../../scripts/steps.mjs';
import { installMissing } from '../../scripts/system-packages.mjs';

const at = (...parts) => path.join(root, 'build', 'clang', ...parts);

/** A file of Clang's, such as the runtime of a sanitizer; undefined where it has none. */
export function clangFile(name) {
  const { stdout } = spawnSync('clang', [`-print-file-name=${name}`], { encoding: 'utf8' });
  const file = stdout?.trim() ?? '';
  return path.isAbsolute(file) && existsSync(file) ? file : undefined;
}

/** The name of a sanitizer's runtime on this machine, as clangFile takes it. */
export const runtime = (name, ending) =>
  `libclang_rt.${name}-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.${ending}`;

const needs = [
  {
    name: 'Clang with its sanitizers and libFuzzer (500 MB)',
    has: () => clangFile(runtime('fuzzer', 'a')) !== undefined,
    packages: ['clang', 'llvm', 'libclang-rt-dev'],
  },
  {
    name: 'what fetches and compiles the decoders',
    has: () => ['ninja', 'patch', 'xz'].every((tool) => spawnSync(tool, ['--version']).status === 0),
    packages: ['ninja-build', 'patch', 'xz-utils', 'bzip2'],
  },
];

/** Installs what is missing, or throws SetupError saying how to. */
export const setUpClang = () => installMissing(needs);

const launcher = process.env.CMAKE_CXX_COMPILER_LAUNCHER;
const compilers = ['-DCMAKE_C_COMPILER=clang', '-DCMAKE_CXX_COMPILER=clang++'];

/**
 * Compiles `source` (the whole project unless it is told) by Clang into build/clang/NAME with these flags in place of our own
 * optimisation, and answers that folder. What has not changed is not compiled again.
 */
export async function compile(name, { flags, source = '.', targets = [], settings = [] }) {
  const folder = at(name);
  const configure = ['-G', 'Ninja', '-S', path.join(root, source), '-B', folder, ...compilers, ...settings];
  if (launcher) configure.push(`-DCMAKE_CXX_COMPILER_LAUNCHER=${launcher}`);
  // A build type of that name has no flags of its own.
  configure.push('-DCMAKE_BUILD_TYPE=None', `-DCMAKE_CXX_FLAGS=${flags}`);
  const build = ['--build', folder, '--parallel', String(availableParallelism()), '--target', ...targets];
  if (!(await run(`${name}: configure`, 'cmake', configure)) || !(await run(`${name}: compile`, 'cmake', build)))
    throw new SetupError(`${name} did not compile; the whole output is in .setup/log`);
  return folder;
}

// AddressSanitizer and UndefinedBehaviorSanitizer, of which each report ends the process. Without those checks of every pointer that
// the former has in its own way: with them the fused kernels take minutes to compile.
const watched = [
  '-O1 -fno-omit-frame-pointer -fno-sanitize-recover=all',
  '-fsanitize=address,undefined,float-cast-overflow -fno-sanitize=null,pointer-overflow,object-size',
].join(' ');

/** Our code under those. */
export const addressFlags = `-g ${watched}`;

// As the static addon has them, in the order in which each needs those before. Without hand-written assembly, into which no
// sanitizer looks, and with -O1, which keeps more mistakes visible than -O3.
const libraries = ['zlib', 'libjpeg-turbo', 'libpng1.6', 'libwebp', 'tiff'];
const decoderFlags = `-DNDEBUG -g1 ${watched} -fsanitize=fuzzer-no-link`;
const decoderSettings = [
  '-DCMAKE_C_FLAGS_RELEASE= -DCMAKE_CXX_FLAGS_RELEASE=',
  '-DREQUIRE_SIMD=OFF -DWITH_SIMD=OFF',
].join(' ');

/** libjpeg-turbo, libpng, libwebp and libtiff under the sanitizers: the folder that CMake finds them in. Minutes, once. */
export async function watchedDecoders() {
  const prefix = at('decoders');
  const environment = {
    SOURCES: at('sources'),
    PREFIX: prefix,
    CC: 'clang',
    CXX: 'clang++',
    EXTRA_FLAGS: decoderFlags,
    EXTRA_SETTINGS: decoderSettings,
    ASAN_OPTIONS: 'detect_leaks=0', // of programs that are run while building
  };
  const recipe = ['sources.sh', 'build.sh', ...libraries.slice(1).map((name) => `${name}.cmake`)]; // zlib's is in build.sh
  const script = (name) => path.join(root, 'native', 'static', name);
  const print = fingerprint(
    recipe.map((name) => path.join('native', 'static', name)),
    decoderFlags,
    decoderSettings,
  );
  await unlessDone('watched-decoders', path.relative(root, prefix), print, async () => {
    const steps = [['sources.sh', libraries], ...libraries.map((name) => ['build.sh', [name]])];
    for (const [name, args] of steps) {
      if (!(await run(`decoders: ${name} ${args.join(' ')}`, script(name), args, environment)))
        throw new SetupError('the decoders could not be compiled; the whole output is in .setup/log');
    }
  });
  return prefix;
}

// What decodes runs on decoders that are watched as well.
const decoding = ['header', 'decode'];

/**
 * Programs on fuzz targets under those sanitizers: `kind` is fuzz, for libFuzzer's, or replay. `more` are further targets of the
 * whole project. Answers their paths by the names of CMake's targets.
 */
export async function compileWatched(kind, names, more = []) {
  const flags = `${addressFlags} -fsanitize=fuzzer-no-link`;
  const goals = (wanted) => wanted.map((name) => `${kind}_${name}`);
  const onDecoders = goals(names.filter((name) => decoding.includes(name)));
  const onOpenCv = [...goals(names.filter((name) => !decoding.includes(name))), ...more];
  const paths = {};
  const build = async (name, targets, setting) => {
    const folder = await compile(name, { flags, targets, ...setting });
    for (const target of targets) paths[target] = path.join(folder, 'Release', target);
  };
  if (onDecoders.length > 0) {
    const settings = ['-DFACES_FUZZ=ON', `-DCMAKE_PREFIX_PATH=${await watchedDecoders()}`];
    await build('address-decoders', onDecoders, { source: 'test/fuzz', settings });
  }
  if (onOpenCv.length > 0) await build('address', onOpenCv, { settings: ['-DFACES_TESTS=ON', '-DFACES_FUZZ=ON'] });
  return paths;
}
