// npm run pack [-- FOLDER]: makes the npm packages into FOLDER (build/packages by default): opencv-face-detector, which has no binary, and
// for each addon in prebuilds/ a package of its platform, of which npm and pnpm install only the machine's own. Refuses where an addon or
// the weights are not whole (prebuild.mjs --check).
//
// --refuse is for npm pack and npm publish in the checkout, whose package would have no addon.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const addon = 'opencv_face_detector.node';

/** What npm answers, as JSON, to `npm pack` in a folder; it makes the tarball in `destination` unless that is left out. */
function npmPack(folder, destination) {
  const into = destination ? ['--pack-destination', destination] : ['--dry-run'];
  const args = ['pack', '--json', '--ignore-scripts', ...into];
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`npm pack failed:\n${stderr}`);
  const [{ filename, files, size }] = JSON.parse(stdout.slice(stdout.indexOf('[\n')));
  return { filename, files: files.map((file) => file.path), size };
}

const writeManifest = (folder, manifest) =>
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

/** The package that people name: all but the addon, which comes with one of its optional dependencies. */
function stageMain(root, folder, manifest, names) {
  for (const file of npmPack(root).files) cpSync(path.join(root, file), path.join(folder, file));
  writeManifest(folder, {
    ...manifest,
    optionalDependencies: Object.fromEntries(names.map((name) => [name, manifest.version])),
  });
}

/** The package of one platform: the addon, its licences and its SBOM. */
function stagePlatform(root, folder, target, manifest, { platforms, platformPackage }) {
  const { os, cpu, libc } = platforms[target];
  cpSync(path.join(root, 'prebuilds', target), folder, { recursive: true });
  cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  const { version, license, repository, engines } = manifest;
  writeManifest(folder, {
    name: platformPackage(target),
    version,
    description: `The native addon of opencv-face-detector for ${target}`,
    license,
    ...(repository && { repository }),
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    engines,
    files: [addon, 'NOTICE', 'LICENSE', 'sbom.cdx.json'],
    preferUnplugged: true, // Yarn would leave a .node file in an archive, from which it does not load
  });
  writeFileSync(
    path.join(folder, 'README.md'),
    `# ${platformPackage(target)}\n\nThe native addon of opencv-face-detector for ${target}. Install opencv-face-detector, which brings it.\n`,
  );
}

/**
 * Makes all packages of the checkout `root` in `destination`, an existing folder. Answers for each, the main one first, its `name`, the
 * `filename` of its tarball, the paths in it (`files`) and its `size` in bytes. Throws where prebuilds/ has no addon of a known platform.
 */
export function packAll(root, destination) {
  const known = createRequire(import.meta.url)(path.join(root, 'dist', 'library', 'platform-packages.js'));
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const prebuilds = path.join(root, 'prebuilds');
  const made = existsSync(prebuilds)
    ? readdirSync(prebuilds).filter((name) => Object.hasOwn(known.platforms, name))
    : [];
  if (made.length === 0) throw new Error('there is no prebuilt addon: npm run prebuild makes one');
  const stages = mkdtempSync(path.join(tmpdir(), 'faces-pack-'));
  const pack = (name, stage) => {
    const folder = path.join(stages, name);
    mkdirSync(folder);
    stage(folder);
    return { name, ...npmPack(folder, destination) };
  };
  try {
    return [
      pack(manifest.name, (folder) => stageMain(root, folder, manifest, made.map(known.platformPackage))),
      ...made.map((target) =>
        pack(known.platformPackage(target), (folder) => stagePlatform(root, folder, target, manifest, known)),
      ),
    ];
  } finally {
    rmSync(stages, { recursive: true });
  }
}

/** Of the packages that `packAll` gives, those that a project on this machine needs. */
export function ownOf(packages) {
  return packages.filter(({ name }, i) => i === 0 || name.endsWith(`-${process.platform}-${process.arch}`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === '--refuse') {
    console.error('this would make a package without an addon: run npm run pack, which makes all of them');
    process.exit(1);
  }
  const root = path.join(import.meta.dirname, '..');
  const destination = path.resolve(process.argv[2] ?? path.join(root, 'build', 'packages'));
  const steps = [['prebuild.mjs', '--check'], ['compile.mjs']];
  for (const [script, ...args] of steps) {
    const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, script), ...args], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(status ?? 1);
  }
  mkdirSync(destination, { recursive: true });
  const packages = packAll(root, destination);
  for (const { filename, size } of packages)
    console.log(`${path.join(destination, filename)}  ${(size / 1e6).toFixed(1)} MB`);
  const tarballs = packages.map(({ filename }) => path.join(destination, filename)).join(' ');
  console.log(`\nInstall them in your project: npm install ${tarballs}`);
}
