// A Redis or Valkey of the system's packages, for tests and runs: on a free port of this machine, with nothing on disk.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.mjs';

/** The server that is installed here; undefined where none is. */
export function redisCommand() {
  return ['redis-server', 'valkey-server'].find((command) => spawnSync(command, ['--version']).status === 0);
}

/**
 * Starts one and waits until it takes connections. `settings` are further words of its command line. `stop` ends it and removes its
 * folder; `port` and `folder` may be those of one that has been ended by `stop({ keep: true })`.
 */
export async function startRedis(settings = [], before = undefined) {
  const folder = before?.folder ?? mkdtempSync(path.join(tmpdir(), 'faces-redis-'));
  const port = before?.port ?? (await freePort());
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no'];
  const child = spawn(redisCommand(), [...own, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  await new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => line.includes('Ready to accept connections') && resolve()); // and reads on: a full pipe would stop it
    lines.on('close', () => reject(new Error('Redis did not start')));
  });
  return {
    port,
    folder,
    url: `redis://127.0.0.1:${port}`,
    async stop({ keep = false } = {}) {
      child.kill('SIGTERM');
      await ended;
      if (!keep) rmSync(folder, { recursive: true });
    },
  };
}
