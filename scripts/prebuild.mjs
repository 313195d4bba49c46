// npm run prebuild: puts the addon that needs no OpenCV on its machine into prebuilds/<platform>-<arch>-<libc>, with the licences of
// all that is linked into it (NOTICE) and the list of them (sbom.cdx.json). Docker builds it where there is one; without, or with
// --without-docker, the same scripts do, on Debian 12 or 13. --platform linux-arm64 cross-compiles it on Linux x64. --musl makes that of
// Alpine and the like. On macOS and Windows vcpkg brings the libraries. --check [TARGET ...] only says whether a package may be made: one
// without an addon, of those targets or of any, or without weights would install, and then not work.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beyondReach, needsOf } from './addon-reach.mjs';
import { copyVcpkgLicences, vcpkgBuild, vcpkgLibraries } from './build-by-vcpkg.mjs';
import { linkedLibraries, noticeOf, sbomOf, sourcesIn } from './linked-libraries.mjs';
import { prebuildTarget } from './prebuild-target.mjs';
import { addonSources } from './stamps.mjs';
import { buildStatic, libraries as debianLibraries, missingTools } from './static-build.mjs';

const root = path.join(import.meta.dirname, '..');
const raw = path.join(root, 'build', 'prebuilt');
const isLinux = process.platform === 'linux';
const prebuilds = path.join(root, 'prebuilds');
const addon = 'opencv_face_detector.node';
const sbom = 'sbom.cdx.json';
const cmakeJs = path.join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js');
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

/** The stage `prebuilt`, whose addon has passed the tests of the stage before. */
function byDocker({ libc, cross }) {
  // No container of Alpine, no addon for musl.
  const platform = cross ? ` --platform linux-${cross.targetArch}` : '';
  const withoutDocker =
    libc === 'glibc' ? `Without Docker, on Debian 12 or 13: npm run prebuild --${platform} --without-docker` : '';
  if (!works('docker', 'buildx', 'version'))
    fail(
      `this Docker has no buildx, which takes the addon out of the image: install docker-buildx (Debian's package) or ` +
        `docker-buildx-plugin (Docker's own). ${withoutDocker}`,
    );
  const environment = { DOCKER_BUILDKIT: '1' };
  const file = libc === 'musl' ? 'native/static/Dockerfile.musl' : 'Dockerfile';
  const args = ['build', '--file', file, '--target', 'prebuilt', '--output', raw, '.'];
  if (cross) args.push('--platform', `linux/${cross.targetArch}`);
  run('docker', args, environment, withoutDocker);
}

/** As the stages of the Dockerfile do: what comes out asks for the glibc that the compiler brings, or a later one. */
function byHand({ libc, cross }) {
  if (libc === 'musl') fail('the addon for musl is compiled in a container of Alpine, which needs Docker');
  const problem = missingTools(cross);
  if (problem) fail(problem);
  const { release, licences, strip } = buildStatic({ cross, run });
  mkdirSync(raw, { recursive: true });
  cpSync(path.join(release, addon), path.join(raw, addon));
  run(strip, ['--strip-unneeded', path.join(raw, addon)]);
  cpSync(licences, path.join(raw, 'licences'), { recursive: true });
}

function byVcpkg({ name }) {
  const { args, share } = vcpkgBuild(root, name);
  run(process.execPath, [cmakeJs, ...args]);
  mkdirSync(raw, { recursive: true });
  cpSync(path.join(root, 'build', 'Release', addon), path.join(raw, addon));
  if (process.platform === 'darwin') run('strip', ['-x', path.join(raw, addon)]);
  copyVcpkgLicences(share, path.join(raw, 'licences'));
}

function assemble({ name: target }) {
  const folder = path.join(prebuilds, target);
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

/** Ends the process where there is no addon to be made by these arguments. */
function targetOrExit(args) {
  try {
    return prebuildTarget(args);
  } catch (error) {
    return fail(error.message);
  }
}

const [mode, ...targets] = process.argv.slice(2);
if (mode === '--check') check(targets);
else {
  const target = targetOrExit(process.argv.slice(2));
  rmSync(raw, { recursive: true, force: true });
  if (!isLinux) byVcpkg(target);
  else if (target.withoutDocker || !works('docker', 'version')) byHand(target);
  else byDocker(target);
  assemble(target);
}
