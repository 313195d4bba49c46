// The containers of docker-compose.yml, as compose.mjs and capacity.mjs drive them.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../scripts/steps.mjs';
import { until } from './until.mjs';

/** What a command of docker prints. Throws with its last lines where it fails. */
export function docker(...args) {
  const { status, stdout, stderr } = spawnSync('docker', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0)
    throw new Error(`docker ${args.join(' ')}: ${`${stdout}${stderr}`.trim().split('\n').slice(-60).join('\n')}`);
  return stdout.trim();
}

export const compose = (...args) => docker('compose', ...args);
/** Ids of a service's containers. */
export const containers = (service) => compose('ps', '-q', service).split('\n').filter(Boolean);
export const addressOf = (id) =>
  docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', id);
export const isHealthy = (id) => docker('inspect', '-f', '{{.State.Health.Status}}', id) === 'healthy';
const allHealthy = () => ['face', 'nginx'].every((service) => containers(service).every(isHealthy));

/** Brings up that many containers of the service, until nginx sends requests to all of them. */
export async function up(scale) {
  compose('up', '-d', '--no-build', '--scale', `face=${scale}`);
  await until(allHealthy, 100);
  await sleep(2500); // nginx asks for addresses every two seconds
}

/** nginx itself, past Docker's own proxy: that one accepts connections for a container that has gone. */
export const nginxOrigin = () => `http://${addressOf(containers('nginx')[0])}:8000`;
