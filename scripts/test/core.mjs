// The tests of the core: doctest's, the same on a processor without AVX, and the fuzz targets on files.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../steps.mjs';
import { judged, nothing, skippedFor, sum } from './counts.mjs';

const at = (...parts) => path.join(root, ...parts);
const program = at('build', 'Release', 'faces_tests');

/** Runs a program; resolves to its output and status when it has ended. */
function outputOf(command, args, env) {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      text[stream] += chunk;
    });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ...text, stderr: error.message, status: 127 }));
    child.on('close', (status, signal) => resolve({ ...text, status: signal ?? status }));
  });
}

/** Test suites of the core that cannot run here, by name, with the reason. Where the shared folder exists all must run. */
function missingSuites({ FACES_SHARED: shared, FACES_WEIGHTS: weights, FACES_HAAR: haar }) {
  if (existsSync(shared)) return {};
  return {
    ...(!existsSync(path.join(weights, 'det3.onnx')) && { weights: 'weights missing' }),
    photographs: 'photographs missing',
    ...(!haar && { haar: "no Haar cascade: it comes with OpenCV's data package" }),
  };
}

/** How many test cases these filters leave. */
async function countOf(command, args, env) {
  const { stdout } = await outputOf(command, [...args, '--count'], env);
  return Number(/filters: (\d+)/.exec(stdout)?.[1] ?? 0);
}

/** Runs doctest cases, prints what they print at their end, and reads their counts off its last lines. */
async function runCases(title, env, command, args) {
  const missing = missingSuites(env);
  const skipped = {};
  for (const [suite, reason] of Object.entries(missing))
    skipped[reason] = await countOf(command, [...args, `--test-suite=${suite}`], env);
  const names = Object.keys(missing);
  const filter = names.length > 0 ? [`--test-suite-exclude=${names.join(',')}`] : [];
  const { stdout, stderr, status } = await outputOf(command, [...args, ...filter], env);
  // Decoders write about every damaged test image on standard error; what failed stands on standard output.
  const log = path.join('.setup', `${title.toLowerCase().replace(/\W+/g, '-')}.log`);
  mkdirSync(at('.setup'), { recursive: true });
  writeFileSync(at(log), stderr);
  console.log(`\n${title}\n${stdout}`);
  const [, passed = 0, failed = 0] = /test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed/.exec(stdout) ?? [];
  const counts = { passed: Number(passed), failed: Number(failed), skipped };
  const mayBeNone = Object.values(skipped).some((count) => count > 0);
  return judged(`${title} (its standard error is in ${log})`, status, counts, mayBeNone);
}

export const runCore = (env) => runCases('Core', env, program, []);

/**
 * The same by another program or on another machine, a run for each folder of test/native, so that each has its counts; or for the
 * `folders` named.
 */
export async function runCoreByFolder(title, env, command, args, folders) {
  const sources = at('test', 'native');
  const entries = readdirSync(sources, { withFileTypes: true });
  const all = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const filters = (folders ?? all).map((name) => [name, `--source-file=${path.join(sources, name, '*')}`]);
  if (!folders) filters.push(['others', `--source-file-exclude=${path.join(sources, '*', '*')}`]);
  const results = [];
  for (const [name, filter] of filters)
    results.push(await runCases(`${title}, ${name}`, env, command, [...args, filter]));
  return sum(results);
}

// Cases whose answers depend on the instruction set, by what emulating them takes: seconds, or minutes.
const withoutAvx = {
  quick: [
    'the four drawn faces*',
    'small drawn pictures*fused*',
    'auto takes*',
    'maximum pools*',
    'suppression equals*',
    'every bit is*',
    'a crop of its own*',
    'lossless formats*',
    'each instruction set*',
    'the instruction sets*',
  ],
  slow: ['larger drawn pictures*fused*', 'tiles give what*'],
};

/** The core on a processor of 2010, which has neither AVX nor FMA; `part` is quick or slow. */
export async function runCoreWithoutAvx(part, env) {
  if (process.arch !== 'x64' || process.platform !== 'linux')
    return skippedFor('QEMU plays other processors on x64 Linux only');
  if (spawnSync('qemu-x86_64', ['--version']).status !== 0) return skippedFor('qemu-x86_64 is not installed');
  const args = ['-cpu', 'Westmere', program, `--test-case=${withoutAvx[part].join(',')}`];
  return runCases(`Core without AVX (QEMU, Westmere), ${part} part`, env, 'qemu-x86_64', args);
}

/** The fuzz targets of the core: test/fuzz/NAME_fuzz.cc. */
export const coreFuzzTargets = readdirSync(at('test', 'fuzz')).flatMap(
  (file) => file.match(/^(.+)_fuzz\.cc$/)?.[1] ?? [],
);

/** The folders of a target's seeds and finds. */
export const fuzzCorpora = (target, seeds) =>
  [path.join(seeds, target), at('test', 'fuzz', 'corpus', target)].filter(existsSync);

/** Each fuzz target of the core on its seeds and on what has been found: a test each, in seconds. tools/fuzz.mjs looks for more. */
export async function replayFuzzTargets(env, seeds) {
  console.log('\nFuzz targets on their seeds and finds');
  const results = [];
  for (const target of coreFuzzTargets) {
    if (target === 'cascade' && !existsSync(env.FACES_WEIGHTS)) {
      results.push(skippedFor('weights missing'));
      continue;
    }
    const { stdout, stderr, status } = await outputOf(
      at('build', 'Release', `replay_${target}`),
      fuzzCorpora(target, seeds),
      env,
    );
    console.log(`  ${target}: ${stdout.trim() || 'broken'}`);
    // The last lines name the file, and the promise that it broke.
    if (status !== 0) console.error(stderr.split('\n').slice(-12).join('\n'));
    const counts = { ...nothing(), ...(status === 0 ? { passed: 1 } : { failed: 1 }) };
    results.push(judged(`replay_${target}`, status, counts));
  }
  return sum(results);
}
