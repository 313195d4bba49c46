// npm run prebuild: puts the addon that needs no OpenCV on its machine into prebuilds/<platform>-<arch>-<libc>, with the licences of
// all that is linked into it (NOTICE) and the list of them (sbom.cdx.json). Docker builds it where there is one; without, or with
// --without-docker, the same scripts do, on Debian 12 or 13. --musl makes that of Alpine and the like. On macOS and Windows vcpkg
// brings the libraries. --check [TARGET ...] only says whether a package may be made: one without an addon, of those targets or of any,
// or without weights would install, and then not work.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { beyondReach, needsOf } from './addon-reach.mjs';
import { copyVcpkgLicences, vcpkgBuild, vcpkgLibraries } from './build-by-vcpkg.mjs';
import { linkedLibraries, noticeOf, sbomOf, sourcesIn } from './linked-libraries.mjs';
import { addonSources } from './stamps.mjs';

const root = path.join(import.meta.dirname, '..');
const raw = path.join(root, 'build', 'prebuilt');
const isLinux = process.platform === 'linux';
const libc = process.argv.includes('--musl') ? 'musl' : 'glibc';
const target = [process.platform, process.arch, ...(isLinux ? [libc] : [])].join('-');
const prebuilds = path.join(root, 'prebuilds');
const folder = path.join(prebuilds, target);
const addon = 'opencv_face_detector.node';
const sbom = 'sbom.cdx.json';
const cmakeJs = path.join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js');
const debianLibraries = ['zlib', 'libjpeg-turbo', 'libpng1.6', 'libwebp', 'tiff', 'protobuf', 'highway', 'opencv'];
const libraries = isLinux ? debianLibraries : vcpkgLibraries;

function fail(message) {
  console.error(`[prebuild] ${message}`);
  process.exit(1);
}

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Ends the process where the command fails, with what else there is to do. */
function run(command, args, environment = {}, advice = '') {
  console.log(`[prebuild] ${command} ${args.join(' ')}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (status !== 0) fail(`${command} failed${error ? `: ${error.message}` : '; the reason stands above'}. ${advice}`);
}

const prebuildCommand = 'npm run prebuild (without Docker, on Debian 12 or 13: npm run prebuild -- --without-docker)';
// No container of Alpine, no addon for musl.
const withoutDocker =
  libc === 'glibc' ? `Without Docker, on Debian 12 or 13: npm run prebuild -- --without-docker` : '';

/** The stage `prebuilt`, whose addon has passed the tests of the stage before. */
function byDocker() {
  if (!works('docker', 'buildx', 'version'))
    fail(
      `this Docker has no buildx, which takes the addon out of the image: install docker-buildx (Debian's package) or ` +
        `docker-buildx-plugin (Docker's own). ${withoutDocker}`,
    );
  const environment = { DOCKER_BUILDKIT: '1' };
  const file = libc === 'musl' ? 'native/static/Dockerfile.musl' : 'Dockerfile';
  run('docker', ['build', '--file', file, '--target', 'prebuilt', '--output', raw, '.'], environment, withoutDocker);
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
  writeFileSync(path.join(folder, sbom), sbomOf(linked, { version, target, sources: addonSources() }));
  const megabytes = (statSync(path.join(folder, addon)).size / 1e6).toFixed(1);
  console.log(
    `[prebuild] prebuilds/${target}: ${addon} (${megabytes} MB), NOTICE and SBOM of ${linked.length} libraries`,
  );
}

function refuse(what, command) {
  fail(`the package would not work: ${what}. Run ${command}`);
}

/** Ends the process where the addons in prebuilds/, among them those of `targets`, or the weights are not whole. */
function check(targets) {
  const made = existsSync(prebuilds) ? readdirSync(prebuilds) : [];
  const needed = [...new Set([...targets, ...made])];
  if (needed.length === 0) refuse('there is no prebuilt addon', prebuildCommand);
  for (const name of needed) {
    const lacks = [addon, 'NOTICE', sbom].find((file) => !existsSync(path.join(prebuilds, name, file)));
    if (lacks) refuse(`prebuilds/${name} has no ${lacks}`, prebuildCommand);
    if (sourcesIn(readFileSync(path.join(prebuilds, name, sbom), 'utf8')) !== addonSources())
      refuse(`native/ has changed since prebuilds/${name} was made`, prebuildCommand);
    // What was made on a newer system than the image's may be packed for that one, but not be published.
    if (!targets.includes(name) || !/^linux-.*-glibc$/.test(name)) continue;
    const beyond = beyondReach(needsOf(path.join(prebuilds, name, addon)));
    if (beyond.length > 0)
      refuse(`prebuilds/${name} needs ${beyond.join(', ')}, which other systems lack`, 'npm run prebuild, with Docker');
  }
  const { models } = JSON.parse(readFileSync(path.join(root, 'models', 'manifest.json'), 'utf8'));
  const { files } = models.find(({ name }) => name === 'mtcnn');
  const lacks = files.find(({ name }) => !existsSync(path.join(root, 'models', 'mtcnn', name)));
  if (lacks) refuse(`models/mtcnn has no ${lacks.name}`, 'npm start, which fetches the weights');
}

const [mode, ...targets] = process.argv.slice(2);
if (mode === '--check') check(targets);
else {
  rmSync(raw, { recursive: true, force: true });
  if (!isLinux) byVcpkg();
  else if (process.argv.includes('--without-docker') || !works('docker', 'version')) byHand();
  else byDocker();
  assemble();
}
