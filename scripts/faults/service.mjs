// The service in circumstances of the operator's making, for faults.mjs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { request } from 'undici';
import { until } from '../clients.mjs';

export const root = path.join(import.meta.dirname, '..', '..');
const cli = path.join(root, 'dist', 'cli.js');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/**
 * Starts the service and waits until it is ready. `log` is the file that it writes to, by default none; `joinGroup` is called with
 * its process id before it does anything that costs.
 */
export async function startService(environment = {}, { log = '/dev/null', joinGroup = () => undefined } = {}) {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const out = openSync(log, 'a');
  const child = spawn(process.execPath, [cli, 'serve'], {
    env: { ...process.env, PORT_NUMBER: port, METRICS_PORT: metricsPort, HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', out, out],
  });
  process.once('exit', () => child.kill('SIGKILL')); // whatever became of its fault
  joinGroup(child.pid);
  let ending;
  const ended = once(child, 'exit').then(([status]) => {
    ending = `ended with ${status}`;
    return status;
  });
  const service = {
    pid: child.pid,
    port: Number(port),
    origin: `http://127.0.0.1:${port}`,
    /** Its own process first. */
    pids: () => [
      child.pid,
      ...readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    ],
    /** Sum of a metric's values. */
    async metric(name) {
      const { body } = await request(`http://127.0.0.1:${metricsPort}/metrics`);
      const lines = (await body.text())
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    /** The status of an answer, or the code of what went wrong. */
    async ask(route, body, type = 'image/jpeg') {
      const options = body ? { method: 'POST', body, headers: { 'content-type': type } } : {};
      try {
        const { statusCode, body: answer } = await request(service.origin + route, { ...options, reset: true });
        await answer.dump();
        return String(statusCode);
      } catch (error) {
        return error.code ?? String(error);
      }
    },
    async stop() {
      child.kill('SIGTERM');
      return await ended;
    },
  };
  await until(async () => ending || (await service.ask('/readyz')) === '200', 100);
  if (ending) throw new Error(`the service ${ending}`);
  return service;
}
