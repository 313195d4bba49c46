// How much of native/core its tests and the fuzz targets' seeds and finds run through.
//
// By Clang's source-based coverage. Fails below the thresholds. The report line by line is in build/clang/coverage/html.
//
// The fused kernels are compiled once for each instruction set: Clang counts such copies of a function as one, a line as run where one
// of them ran it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setUpOrExit } from '../scripts/setup.mjs';
import { orExit, root } from '../scripts/steps.mjs';
import { coreFuzzTargets } from '../scripts/test/core.mjs';
import { testEnvironment } from '../scripts/test-environment.mjs';
import { compile, setUpClang } from './lib/clang.mjs';
import { corpora, writeSeeds } from './lib/fuzz-files.mjs';

const thresholds = { lines: 95, branches: 85 };
const at = (...parts) => path.join(root, ...parts);

await setUpOrExit({ withTests: true });
await orExit(setUpClang);
await orExit(writeSeeds);
const targets = ['faces_tests', ...coreFuzzTargets.map((name) => `replay_${name}`)];
const flags = '-O1 -g -fprofile-instr-generate -fcoverage-mapping';
const folder = await orExit(() => compile('coverage', { flags, targets, settings: ['-DFACES_TESTS=ON'] }));
const profiles = path.join(folder, 'profiles');
rmSync(profiles, { recursive: true, force: true });
mkdirSync(profiles);

/** Runs a program that leaves its counts. */
function count(name, args) {
  const { status, signal, stdout } = spawnSync(path.join(folder, 'Release', name), args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...testEnvironment(),
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
for (const name of coreFuzzTargets) {
  count(`replay_${name}`, corpora(name));
}
const profile = path.join(folder, 'all.profdata');
const raw = readdirSync(profiles).map((file) => path.join(profiles, file));
llvm('llvm-profdata', 'merge', '-sparse', ...raw, '-o', profile);
const [first, ...rest] = targets.map((name) => path.join(folder, 'Release', name));
const common = [`-instr-profile=${profile}`, first, ...rest.map((file) => `-object=${file}`), at('native', 'core')];
llvm('llvm-cov', 'show', '-format=html', '-show-branches=count', `-output-dir=${path.join(folder, 'html')}`, ...common);

const { files, totals } = JSON.parse(llvm('llvm-cov', 'export', '-summary-only', ...common)).data[0];

/** The counts of several files as those of one. */
function sum(summaries, kind) {
  const total = (key) => summaries.reduce((all, summary) => all + summary[kind][key], 0);
  return { count: total('count'), percent: (100 * total('covered')) / total('count') };
}

const show = (name, { lines, branches }) => {
  const share = ({ count, percent }) => (count > 0 ? `${percent.toFixed(1)} %` : 'none').padStart(9);
  console.log(
    `${name.padEnd(32)}${share(lines)} of ${lines.count} lines${share(branches)} of ${branches.count} branches`,
  );
};
const folderOf = ({ filename }) => path.relative(root, path.dirname(filename));
for (const { filename, summary } of files) show(path.relative(at('native', 'core'), filename), summary);
for (const folder of new Set(files.map(folderOf))) {
  const inside = files.filter((file) => folderOf(file) === folder).map(({ summary }) => summary);
  show(`${folder}/`, { lines: sum(inside, 'lines'), branches: sum(inside, 'branches') });
}
show('all', totals);
for (const [kind, least] of Object.entries(thresholds)) {
  if (totals[kind].percent >= least) continue;
  console.error(`below ${least} % of ${kind}`);
  process.exitCode = 1;
}
