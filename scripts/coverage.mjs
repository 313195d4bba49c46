// npm run coverage: how much of native/core its tests and the fuzz targets' seeds and finds run through, by Clang's source-based
// coverage. Fails below the thresholds. The report line by line is in build/clang/coverage/html.
//
// The fused kernels are compiled once for each instruction set: Clang counts such copies of a function as one, a line as run where one
// of them ran it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { compile, setUpClang } from './clang.mjs';
import { root, setUpOrExit } from './setup.mjs';

const thresholds = { lines: 95, branches: 85 };
const at = (...parts) => path.join(root, ...parts);
const replayed = ['header', 'decode', 'nms', 'cascade', 'render'];

await setUpOrExit({ withTests: true });
await setUpClang();
const targets = ['faces_tests', ...replayed.map((name) => `replay_${name}`)];
const folder = await compile('coverage', {
  flags: '-O1 -g -fprofile-instr-generate -fcoverage-mapping',
  targets,
  settings: ['-DFACES_TESTS=ON'],
});
const profiles = path.join(folder, 'profiles');
rmSync(profiles, { recursive: true, force: true });
mkdirSync(profiles);

/** Runs a program that leaves its counts. */
function count(name, args) {
  const { status, signal, stdout } = spawnSync(path.join(folder, 'Release', name), args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      FACES_WEIGHTS: at('models', 'mtcnn'),
      FACES_ONNX: at('build', 'onnx'),
      FACES_DRAWN: at('build', 'fixtures'),
      FACES_SHARED: at('..', 'shared'),
      FACES_HAAR: '/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml',
      LLVM_PROFILE_FILE: path.join(profiles, `${name}.profraw`),
    },
  });
  if (status === 0) return;
  console.error(`${stdout?.slice(-3000)}\n${name} ended with ${signal ?? status}`);
  process.exit(1);
}

/** Runs a tool of LLVM; answers what it prints. */
function llvm(tool, ...args) {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${tool} ended with ${status}: ${stderr}`);
  return stdout;
}

count('faces_tests', []);
for (const name of replayed) {
  const corpora = [at('build', 'fuzz', 'seeds', name), at('test', 'fuzz', 'corpus', name)].filter(existsSync);
  count(`replay_${name}`, corpora);
}
const profile = path.join(folder, 'all.profdata');
const raw = readdirSync(profiles).map((file) => path.join(profiles, file));
llvm('llvm-profdata', 'merge', '-sparse', ...raw, '-o', profile);
const [first, ...rest] = targets.map((name) => path.join(folder, 'Release', name));
const common = [`-instr-profile=${profile}`, first, ...rest.map((file) => `-object=${file}`), at('native', 'core')];
llvm('llvm-cov', 'show', '-format=html', '-show-branches=count', `-output-dir=${path.join(folder, 'html')}`, ...common);

const { files, totals } = JSON.parse(llvm('llvm-cov', 'export', '-summary-only', ...common)).data[0];
const share = ({ percent }) => `${percent.toFixed(1)} %`.padStart(9);
for (const { filename, summary } of files) {
  const name = path.relative(at('native', 'core'), filename);
  console.log(`${name.padEnd(32)}${share(summary.lines)} of lines${share(summary.branches)} of branches`);
}
console.log(`${'all'.padEnd(32)}${share(totals.lines)} of lines${share(totals.branches)} of branches`);
for (const [kind, least] of Object.entries(thresholds)) {
  if (totals[kind].percent >= least) continue;
  console.error(`below ${least} % of ${kind}`);
  process.exitCode = 1;
}
