// The service in processes of its own, as tools drive and watch it.
import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { request } from 'undici';
import { root } from '../../scripts/steps.mjs';
import { freePort } from './free-port.mjs';
import { childrenOf } from './proc.mjs';
import { until } from './until.mjs';

const showErrors = (line, stream) => stream === 'stderr' && console.error(line);

/** For startService: nothing that the service writes is shown. */
export const quiet = { onLine: () => undefined };

function splitLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop();
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => rest && onLine(rest));
}

/** Whether the service has said that it is ready. */
const saysReady = (text) => /"port":\d+,"metricsPort":\d+/.test(text);

/**
 * Starts the service on free ports of this machine and waits until it is ready; rejects with what it wrote where it ends instead.
 *   onLine       gets each whole line that it writes, with the stream's name; by default errors are shown
 *   log          the file that it writes to itself instead
 *   joinGroup    gets its process id before it does anything that costs
 *   project      the checkout whose service it is
 */
export async function startService(
  environment = {},
  { onLine = showErrors, log, joinGroup = () => undefined, project = root } = {},
) {
  // Not 0: where all workers are lost at once, their successors must come back on the same port.
  const [port, metricsPort] = [await freePort(), await freePort()];
  const out = log ? openSync(log, 'a') : 'pipe';
  const child = spawn(process.execPath, [path.join(project, 'dist', 'cli.js'), 'serve'], {
    env: {
      ...process.env,
      PORT_NUMBER: String(port),
      METRICS_PORT: String(metricsPort),
      HOST: '127.0.0.1',
      ...environment,
    },
    stdio: ['ignore', out, out],
  });
  joinGroup(child.pid);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill); // whatever became of the tool
  let hasEnded = false;
  const ended = new Promise((resolve) => child.once('close', resolve)).finally(() => {
    hasEnded = true;
    process.off('exit', kill);
  });
  const first = [];
  let isReady = false;
  for (const stream of log ? [] : ['stdout', 'stderr']) {
    splitLines(child[stream], (line) => {
      if (first.length < 100) first.push(line);
      isReady ||= saysReady(line);
      onLine(line, stream);
    });
  }
  await until(() => {
    if (log) isReady = saysReady(readFileSync(log, 'utf8'));
    return isReady || hasEnded;
  });
  if (!isReady) throw new Error(`the service ended with ${await ended}: ${first.join('\n')}`);
  return new Service(child, ended, { port, metricsPort });
}

/** A service that has been started. */
class Service {
  #child;
  #ended;

  constructor(child, ended, { port, metricsPort }) {
    this.#child = child;
    this.#ended = ended;
    this.pid = child.pid;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  }

  /** Process ids of its workers. */
  get workers() {
    return childrenOf(this.pid);
  }

  /** Process ids, that of the primary first. */
  get pids() {
    return [this.pid, ...this.workers];
  }

  /** A function from a metric's name to the sum of its values now, over all labels. */
  async metrics() {
    const { body } = await request(this.metricsUrl, { reset: true });
    const lines = (await body.text()).split('\n');
    return (name) =>
      lines
        .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** Sum of one metric's values now. */
  async metric(name) {
    return (await this.metrics())(name);
  }

  /** What it lists at `/v1/models`. */
  async models() {
    const { body } = await request(`${this.origin}/v1/models`, { reset: true });
    return (await body.json()).models;
  }

  signal(name) {
    this.#child.kill(name);
  }

  /** Resolves to its exit status, null where a signal has killed it. */
  stop(name = 'SIGTERM') {
    this.signal(name);
    return this.#ended;
  }
}
