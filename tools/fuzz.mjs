// Looks for inputs that break the core, the options, the uploads, streams and the service.
//
//   npm run tools -- fuzz [MINUTES] [TARGET ...]     for 10 minutes and all targets, unless told
//
// Shows how much it has tried. What it finds lies in build/fuzz/finds, what it learns in build/fuzz/corpus, from where the next run goes on.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setUpOrExit } from '../scripts/setup.mjs';
import { orExit, root } from '../scripts/steps.mjs';
import { compileWatched, setUpClang } from './lib/clang.mjs';
import { corpora, writeSeeds } from './lib/fuzz-files.mjs';

const at = (...parts) => path.join(root, ...parts);
const made = (...parts) => at('build', 'fuzz', ...parts);

// `share` of the time. Those with `cases`, so many properties, are of TypeScript (test/fuzz/NAME.test.mts), the others of C++.
const targets = {
  header: { share: 1 },
  // A picture of 2^18 pixels takes 1 MB, in libwebp's and libjpeg's hands a few more.
  decode: { share: 4, flags: ['-malloc_limit_mb=64'] },
  nms: { share: 1 },
  cascade: { share: 2 },
  yunet: { share: 2 },
  render: { share: 2 },
  options: { share: 1, cases: 4 },
  'optional-formats': { share: 2, cases: 2 },
  upload: { share: 1, cases: 5 },
  service: { share: 2, cases: 1 },
  stream: { share: 1, cases: 1 },
  films: { share: 1, cases: 1 },
};

// More seconds or memory than any input may take. Corpora keep to a few KB: larger inputs are slower, not other.
const limits = ['-timeout=30', '-rss_limit_mb=2048', '-max_len=4096'];

/** Runs a command with what it writes kept; resolves to that and to its success. */
async function watched(command, args, environment) {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-2_000_000);
    });
  }
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { isSound: status === 0, output };
}

/** libFuzzer on a target of the core. */
async function fuzzCore(name, seconds, fuzzers) {
  const own = [made('corpus', name), made('finds')];
  for (const folder of own) mkdirSync(folder, { recursive: true });
  const flags = [
    ...limits,
    ...(targets[name].flags ?? []),
    `-artifact_prefix=${own[1]}/${name}-`,
    '-print_final_stats=1',
  ];
  const { isSound, output } = await watched(
    fuzzers[`fuzz_${name}`],
    [...flags, `-max_total_time=${seconds}`, own[0], ...corpora(name)],
    {
      FACES_WEIGHTS: at('models', 'mtcnn'),
      // As in production, an allocation that cannot be had is an error, not the end.
      ASAN_OPTIONS: 'allocator_may_return_null=1',
    },
  );
  const [, covered, corpus] = [...output.matchAll(/cov: (\d+) ft: \d+ corp: (\d+)/g)].at(-1) ?? [];
  const executions = Number(/number_of_executed_units: (\d+)/.exec(output)?.[1] ?? 0);
  return { isSound, output, executions, corpus, covered };
}

/** fast-check on the properties of a target above the core. */
async function fuzzProperties(name, seconds) {
  const mocha = [
    at('node_modules', 'mocha', 'bin', 'mocha.js'),
    '--timeout',
    '0',
    at('build', 'test', 'fuzz', `${name}.test.mjs`),
  ];
  const { isSound, output } = await watched(process.execPath, mocha, {
    FUZZ_SECONDS: String(Math.ceil(seconds / targets[name].cases)),
    FACES_DRAWN: at('build', 'fixtures'),
  });
  const counts = [...output.matchAll(/^FUZZ (\d+) executions$/gm)].map(([, count]) => Number(count));
  return { isSound, output, executions: counts.reduce((sum, count) => sum + count, 0) };
}

/** Compiles what is needed. Answers the paths of the core's fuzzers. */
async function prepare(names) {
  const isOfCore = (name) => targets[name].cases === undefined;
  await writeSeeds();
  if (!names.some(isOfCore)) return {};
  await setUpClang();
  return compileWatched('fuzz', names.filter(isOfCore));
}

const args = process.argv.slice(2);
const minutes = Number.isNaN(Number(args[0] ?? Number.NaN)) ? 10 : Number(args.shift());
const names = args.length > 0 ? args : Object.keys(targets);
const unknown = names.find((name) => !Object.hasOwn(targets, name));
if (unknown !== undefined || !(minutes > 0)) {
  console.error(`usage: npm run tools -- fuzz [MINUTES] [${Object.keys(targets).join(' | ')} ...]`);
  process.exit(2);
}

await setUpOrExit({ withTests: true });
const fuzzers = await orExit(() => prepare(names));
const shares = names.reduce((sum, name) => sum + targets[name].share, 0);
console.log('\ntarget      seconds   executions   a second   corpus   edges covered');
for (const name of names) {
  const seconds = Math.max(Math.round((minutes * 60 * targets[name].share) / shares), 1);
  const search = targets[name].cases === undefined ? fuzzCore : fuzzProperties;
  const { isSound, output, executions, corpus = '', covered = '' } = await search(name, seconds, fuzzers);
  const rate = Math.round(executions / seconds);
  const cells = [seconds, executions, rate, corpus, covered].map((cell, i) =>
    String(cell).padStart([7, 13, 11, 9, 16][i]),
  );
  console.log(`${name.padEnd(12)}${cells.join('')}${isSound ? '' : '   FOUND SOMETHING'}`);
  if (isSound) continue;
  process.exitCode = 1;
  const log = made('finds', `${name}.log`);
  mkdirSync(made('finds'), { recursive: true });
  writeFileSync(log, output);
  console.log(`${output.split('\n').slice(-40).join('\n')}\nThe whole output is in ${path.relative(root, log)}.`);
}
