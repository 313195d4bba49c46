// The service in processes of its own, as load.mjs and soak.mjs drive and watch it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { request } from 'undici';

const root = path.join(import.meta.dirname, '..');

/**
 * Starts the service on free ports of this machine. `onLine` gets each whole line that it writes, with the stream's name;
 * by default errors are shown. `project` is the checkout whose service it is. Rejects with what it wrote where it ends instead.
 */
export async function startService(environment = {}, onLine = showErrors, project = root) {
  const child = spawn(process.execPath, [path.join(project, 'dist', 'cli.js'), 'serve'], {
    env: { ...process.env, PORT_NUMBER: '0', METRICS_PORT: '0', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const first = [];
  const ports = await new Promise((resolve, reject) => {
    for (const stream of ['stdout', 'stderr']) {
      splitLines(child[stream], (line) => {
        if (first.length < 100) first.push(line);
        const found = /"port":(\d+),"metricsPort":(\d+)/.exec(line);
        if (found) resolve(found);
        onLine(line, stream);
      });
    }
    void ended.then((status) => reject(new Error(`the service ended with ${status}: ${first.join('\n')}`)));
  });
  return {
    pid: child.pid,
    origin: `http://127.0.0.1:${ports[1]}`,
    metrics: `http://127.0.0.1:${ports[2]}/metrics`,
    signal: (name) => child.kill(name),
    /** Resolves to its exit status, null where a signal has killed it. */
    async stop(name = 'SIGTERM') {
      child.kill(name);
      return ended;
    },
  };
}

const showErrors = (line, stream) => stream === 'stderr' && console.error(line);

function splitLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop();
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => rest && onLine(rest));
}

/** Process ids of its workers. */
export const workers = ({ pid }) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** What it lists at `/v1/models`. */
export async function modelsOf({ origin }) {
  const { body } = await request(`${origin}/v1/models`, { reset: true });
  const { models } = await body.json();
  return models;
}

/** A function from a metric's name to the sum of its values now, over all labels. */
export async function metrics(service) {
  const { body } = await request(service.metrics, { reset: true });
  const lines = (await body.text()).split('\n');
  return (name) =>
    lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Sum of one metric's values now. */
export const metric = async (service, name) => (await metrics(service))(name);
