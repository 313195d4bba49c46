// npm run prebuild: puts the addon that needs no OpenCV on its machine into prebuilds/<platform>-<arch>-<libc>, with the licences of
// all that is linked into it (NOTICE) and the list of them (sbom.cdx.json). Docker builds it where there is one; without, or with
// --without-docker, the same scripts do, on Debian 12 or 13. --musl makes that of Alpine and the like. On macOS and Windows vcpkg
// brings the libraries. --check only says whether the package may be published.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { beyondReach, needsOf } from './addon-reach.mjs';
import { copyVcpkgLicences, vcpkgBuild, vcpkgLibraries } from './build-by-vcpkg.mjs';
import { linkedLibraries, noticeOf, sbomOf, sourcesIn } from './linked-libraries.mjs';
import { addonSources } from './setup.mjs';

const root = path.join(import.meta.dirname, '..');
const raw = path.join(root, 'build', 'prebuilt');
const isLinux = process.platform === 'linux';
const libc = process.argv.includes('--musl') ? 'musl' : 'glibc';
const target = [process.platform, process.arch, ...(isLinux ? [libc] : [])].join('-');
const folder = path.join(root, 'prebuilds', target);
const addon = 'opencv_face_detector.node';
const cmakeJs = path.join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js');
const debianLibraries = ['zlib', 'libjpeg-turbo', 'libpng1.6', 'libwebp', 'tiff', 'protobuf', 'highway', 'opencv'];
const libraries = isLinux ? debianLibraries : vcpkgLibraries;

function fail(message) {
  console.error(`[prebuild] ${message}`);
  process.exit(1);
}

function run(command, args, environment = {}) {
  console.log(`[prebuild] ${command} ${args.join(' ')}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (status !== 0) fail(`${command} failed${error ? `: ${error.message}` : '; the reason stands above'}`);
}

/** The stage `prebuilt`, whose addon has passed the tests of the stage before. */
function byDocker() {
  const environment = { DOCKER_BUILDKIT: '1' };
  const file = libc === 'musl' ? 'native/static/Dockerfile.musl' : 'Dockerfile';
  run('docker', ['build', '--file', file, '--target', 'prebuilt', '--output', raw, '.'], environment);
}

/** As the stages of the Dockerfile do, with this machine's compiler: what comes out asks for this machine's glibc or a later one. */
function byHand() {
  if (libc === 'musl') fail('the addon for musl is compiled in a container of Alpine, which needs Docker');
  const work = path.join(root, 'build', 'static');
  const environment = { SOURCES: path.join(work, 'sources'), PREFIX: path.join(work, 'installed') };
  const { PREFIX: prefix } = environment;
  const isBuilt = (name) => existsSync(path.join(prefix, 'share', 'licences', name, 'version'));
  const missing = libraries.filter((name) => !isBuilt(name));
  if (missing.length > 0) run('native/static/sources.sh', missing, environment);
  for (const name of missing) run('native/static/build.sh', [name], environment);
  const out = path.join(work, 'addon');
  const settings = ['--out', out, `--CDCMAKE_PREFIX_PATH=${prefix}`, '--parallel', String(availableParallelism())];
  run(process.execPath, [cmakeJs, 'build', ...settings]);
  mkdirSync(raw, { recursive: true });
  cpSync(path.join(out, 'Release', addon), path.join(raw, addon));
  run('strip', ['--strip-unneeded', path.join(raw, addon)]);
  cpSync(path.join(prefix, 'share', 'licences'), path.join(raw, 'licences'), { recursive: true });
}

function byVcpkg() {
  const { args, share } = vcpkgBuild(root, target);
  run(process.execPath, [cmakeJs, ...args]);
  mkdirSync(raw, { recursive: true });
  cpSync(path.join(root, 'build', 'Release', addon), path.join(raw, addon));
  if (process.platform === 'darwin') run('strip', ['-x', path.join(raw, addon)]);
  copyVcpkgLicences(share, path.join(raw, 'licences'));
}

function assemble() {
  const linked = linkedLibraries(path.join(raw, 'licences'), root);
  const missing = libraries.filter((name) => !linked.some((library) => library.name === name));
  if (missing.length > 0) fail(`the licences of ${missing.join(', ')} are missing`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(raw, addon), path.join(folder, addon));
  writeFileSync(path.join(folder, 'NOTICE'), noticeOf(linked));
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  writeFileSync(path.join(folder, 'sbom.cdx.json'), sbomOf(linked, { version, target, sources: addonSources() }));
  const megabytes = (statSync(path.join(folder, addon)).size / 1e6).toFixed(1);
  console.log(
    `[prebuild] prebuilds/${target}: ${addon} (${megabytes} MB), NOTICE and SBOM of ${linked.length} libraries`,
  );
}

/** A package without its addon or its weights would install, and then not work. */
function check() {
  const needed = [
    ...[addon, 'NOTICE', 'sbom.cdx.json'].map((file) => path.join('prebuilds', 'linux-x64-glibc', file)),
    path.join('models', 'mtcnn', 'det3.onnx'),
    path.join('models', 'mtcnn', 'LICENSE'),
  ];
  const missing = needed.filter((file) => !existsSync(path.join(root, file)));
  if (missing.length > 0) fail(`not to be published without ${missing.join(', ')}: npm run prebuild, npm start`);
  if (sourcesIn(readFileSync(path.join(root, needed[2]), 'utf8')) !== addonSources())
    fail('not to be published: native/ has changed since the prebuilt addon was made: npm run prebuild');
  const beyond = beyondReach(needsOf(path.join(root, needed[0])));
  if (beyond.length > 0)
    fail(
      `not to be published: the prebuilt addon needs ${beyond.join(', ')}, which older systems lack: npm run prebuild, with Docker`,
    );
}

const hasDocker = () => spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0;

if (process.argv.includes('--check')) check();
else {
  rmSync(raw, { recursive: true, force: true });
  if (!isLinux) byVcpkg();
  else if (process.argv.includes('--without-docker') || !hasDocker()) byHand();
  else byDocker();
  assemble();
}
