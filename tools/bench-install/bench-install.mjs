// How long installing this package takes, beside its peers.
//
//   npm run tools -- bench-install [--only NAME,NAME] [--tarball FILE ...] [--minutes 30] [--write]
//
// Each into an empty folder: with an empty npm cache, with what that left, and without install scripts. A failure is a result and stands
// in the table. --tarball, given for each, takes our packages from files instead of packing this checkout; --write puts the table into docs/INSTALL.md.
// Needs an idle machine and a network.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ownOf, packAll } from '../../scripts/pack.mjs';
import { root } from '../../scripts/steps.mjs';
import { trial } from './trial.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    tarball: { type: 'string', multiple: true },
    minutes: { type: 'string', default: '30' },
    write: { type: 'boolean', default: false },
  },
});
const temporary = mkdtempSync(path.join(os.tmpdir(), 'bench-install-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1)); // which ends npm as well

/** What is installed, with a script that shows that its native part runs. */
const contenders = [
  {
    name: 'opencv-face-detector',
    packages: [],
    runs: `require('opencv-face-detector').FaceDetector.create().then((detector) => detector.close())`,
  },
  {
    name: 'sharp',
    about: 'decodes and resizes, finds no faces',
    packages: ['sharp'],
    runs: `require('sharp')({ create: { width: 9, height: 9, channels: 3, background: 'red' } }).png().toBuffer()`,
  },
  {
    name: 'onnxruntime-node',
    about: 'runs networks; which, and all around them, is left to you',
    packages: ['onnxruntime-node'],
    runs: `require('onnxruntime-node').listSupportedBackends()`,
  },
  {
    name: '@u4/opencv4nodejs',
    about: "on the system's OpenCV, `libopencv-dev`",
    packages: ['@u4/opencv4nodejs'],
    environment: { OPENCV4NODEJS_DISABLE_AUTOBUILD: '1' },
    runs: `const cv = require('@u4/opencv4nodejs'); cv.imencode('.png', new cv.Mat(9, 9, cv.CV_8UC3))`,
  },
  {
    name: '@vladmandic/face-api',
    about: 'with @tensorflow/tfjs-node',
    packages: ['@vladmandic/face-api', '@tensorflow/tfjs-node'],
    runs: `require('@tensorflow/tfjs-node').tensor([1]).dataSync(); require('@vladmandic/face-api')`,
  },
];

/** The files that `npm run pack` makes of this checkout for this machine, or those named. */
function tarballs() {
  if (values.tarball) return values.tarball.map((file) => path.resolve(file));
  return ownOf(packAll(root, temporary)).map(({ filename }) => path.join(temporary, filename));
}

async function measure(contender) {
  const cache = path.join(temporary, 'cache');
  rmSync(cache, { recursive: true, force: true });
  const results = [];
  for (const state of ['empty cache', 'filled cache', 'no install scripts']) {
    console.error(`${contender.name}, ${state}`);
    const isBlocked = state === 'no install scripts';
    results.push(await trial(contender, { temporary, cache, isBlocked, minutes: Number(values.minutes) }));
    const { failure, seconds, cannotRun } = results.at(-1);
    console.error(`  ${seconds.toFixed(1)} s, ${failure ?? 'installed'}, ${cannotRun ?? 'runs'}`);
  }
  return results;
}

function row({ name, about }, [cold, warm, blocked]) {
  const time = ({ seconds, failure }) => (failure ? `failed (${failure})` : `${seconds.toFixed(1)} s`);
  const answer = ({ cannotRun }) => (cannotRun ? `no: ${cannotRun}` : 'yes');
  const whole = cold.failure ? blocked : cold; // npm takes everything away again where a script fails
  const size = `${(whole.bytes / 1e6).toFixed(1)} MB${cold.failure ? ', without what its scripts add' : ''}`;
  const list = (names) => names.join(', ') || 'none';
  const title = about ? `${name}, ${about}` : name;
  const scripts = [list(blocked.scripts), list(cold.compilers)];
  const cells = [title, time(cold), time(warm), size, whole.packages, ...scripts, answer(cold), answer(blocked)];
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '/')).join(' | ')} |`;
}

function machine() {
  const { stdout } = spawnSync('npm', ['--version'], { encoding: 'utf8' });
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const system = /PRETTY_NAME="(.+)"/.exec(release)?.[1] ?? `${os.type()} ${os.release()}`;
  const cores = `${os.availableParallelism()} cores of ${os.cpus()[0].model}`;
  const date = new Date().toISOString().slice(0, 10);
  return `Measured on ${date}, on ${cores}, ${system}, Node.js ${process.versions.node}, npm ${stdout.trim()}`;
}

function write(text) {
  const file = path.join(root, 'docs', 'INSTALL.md');
  const marked = /(<!-- measured -->\n)[\s\S]*?(<!-- \/measured -->)/;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(marked, (_all, start, end) => `${start}\n${text}\n\n${end}`),
  );
}

const wanted = values.only?.split(',');
const chosen = contenders.filter(({ name }) => !wanted || wanted.some((part) => name.includes(part)));
let packed = '';
if (chosen.includes(contenders[0])) {
  contenders[0].packages = tarballs();
  const megabytes = contenders[0].packages.map((file) => (statSync(file).size / 1e6).toFixed(1));
  packed = `; our tarballs have ${megabytes.join(' and ')} MB`;
}
const rows = [];
for (const contender of chosen) rows.push(row(contender, await measure(contender)));
const head = ['package', 'empty cache', 'filled cache', 'size', 'packages', 'install scripts', 'compilers called'];
const table = [[...head, 'runs then', 'runs if install scripts are blocked'], ['', ...head, ''].map(() => '---')];
const lines = [...table.map((cells) => `| ${cells.join(' | ')} |`), ...rows];
const text = `${machine()}${packed}.\n\n${lines.join('\n')}`;
console.log(text);
if (values.write) write(text);
