// Bulk jobs whose workers are killed at random: what jobs-chaos.mjs runs in full and a test in short.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { root } from '../../scripts/steps.mjs';
import { anyRandom } from '../lib/random.mjs';
import { startRedis } from '../lib/redis.mjs';
import { writePhotographs } from './photographs.mjs';

const cli = path.join(root, 'dist', 'cli.js');
const types = ['wait', 'prioritized', 'active', 'delayed', 'completed', 'failed'];

/** Starts a command of the command line; `output` is a file, or gathered as text. */
function start(args, url, output = 'pipe') {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, QUEUE_URL: url },
    stdio: ['ignore', output, 'pipe'],
  });
  const text = { stderr: '' };
  const speaks = new Promise((resolve) => {
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
      resolve();
    });
  });
  return { child, text, speaks, ended: once(child, 'exit') };
}

async function run(args, url, output) {
  const { text, ended } = start(args, url, output);
  const [status, signal] = await ended;
  if (status !== 0) throw new Error(`${args[0]} ended with ${signal ?? status}: ${text.stderr}`);
}

/** Workers of which one after the other is killed and replaced. */
class Workers {
  #running = [];
  kills = 0;
  #start;
  #random;

  constructor(start, count, random) {
    this.#start = start;
    this.#random = random;
    for (let i = 0; i < count; i++) this.#running.push(start());
  }

  async killOne() {
    const at = this.#random.integer(0, this.#running.length - 1);
    const { child, ended } = this.#running[at];
    child.kill('SIGKILL');
    const [status, signal] = await ended;
    if (signal !== 'SIGKILL') throw new Error(`a worker ended by itself with ${signal ?? status}`);
    this.kills++;
    this.#running[at] = this.#start();
  }

  /** Ends all as an operator would; their statuses. */
  async stop() {
    await Promise.all(this.#running.map(({ speaks }) => speaks)); // before that it is not yet a worker, and has no jobs
    for (const { child } of this.#running) child.kill('SIGTERM');
    const ends = await Promise.all(this.#running.map(({ ended }) => ended));
    return ends.map(([status, signal]) => signal ?? status);
  }
}

/** Lines by file name in an NDJSON text. */
function linesByName(text) {
  const counts = new Map();
  for (const line of text.split('\n').slice(0, -1)) {
    const { file } = JSON.parse(line);
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return counts;
}

/**
 * Adds `jobs` jobs by two `enqueue` at once, kills one of `workers` after every `pauseMs()`, until all are done; collects. Resolves
 * to the figures: `missing` and `twice` are what must be 0, `again` are lines that two workers wrote of one image.
 */
export async function chaos({ jobs, workers: count, pauseMs, random = anyRandom(), say = () => {} }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'faces-chaos-'));
  const [photos, results, collected] = ['photos', 'results', 'faces.ndjson'].map((name) => path.join(folder, name));
  const redis = await startRedis();
  const queue = new Queue('faces', { connection: { url: redis.url } });
  let workers;
  try {
    const names = await writePhotographs(photos, jobs);
    const enqueue = ['enqueue', photos, '--min-face-size', '40', '--quiet'];
    await Promise.all([run(enqueue, redis.url), run(enqueue, redis.url)]);
    const { wait: queued } = await queue.getJobCounts('wait');
    say(`${jobs} images, added twice: ${queued} jobs`);

    const started = performance.now();
    const worker = ['worker', '--root', photos, '--results', results, '--lock', '2'];
    workers = new Workers(() => start(worker, redis.url), count, random);
    let counts = await queue.getJobCounts(...types);
    while (counts.wait + counts.active + counts.delayed + counts.prioritized > 0) {
      await sleep(pauseMs());
      await workers.killOne();
      counts = await queue.getJobCounts(...types);
      if (workers.kills % 10 === 0) say(`${workers.kills} workers killed, ${counts.completed} jobs done`);
    }
    const seconds = (performance.now() - started) / 1000;
    const { kills } = workers;
    const statuses = await workers.stop();
    workers = undefined;

    await run(['jobs', 'collect', results], redis.url, openSync(collected, 'w'));
    const found = linesByName(readFileSync(collected, 'utf8'));
    const files = readdirSync(results).map((name) => readFileSync(path.join(results, name), 'utf8'));
    const lines = files.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
    return {
      jobs: queued,
      kills,
      seconds: Math.round(seconds),
      statuses,
      completed: counts.completed,
      failed: counts.failed,
      lines,
      again: lines - found.size,
      torn: files.filter((text) => text !== '' && !text.endsWith('\n')).length,
      results: found.size,
      missing: names.filter((name) => !found.has(name)).length,
      twice: [...found.values()].filter((number) => number > 1).length,
    };
  } finally {
    await workers?.stop();
    await queue.close();
    await redis.stop();
    rmSync(folder, { recursive: true });
  }
}
