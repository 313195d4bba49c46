import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { testImage } from '../lib/images.mjs';
import { memoryOf } from '../lib/proc.mjs';
import { quiet, startService } from '../lib/service.mjs';
import { until } from '../lib/until.mjs';
import { ask } from './ask.mjs';

const count = 10_000;
/** Of this process, and of each of the service's. */
export const descriptorsNeeded = count + 200;

const residentKb = (pid) => memoryOf(pid, 'VmRSS') / 1024;

/** Opens `count` connections that send nothing, a hundred at a time. */
async function openIdle(port) {
  const sockets = [];
  let closed = 0;
  while (sockets.length < count) {
    const opened = Array.from({ length: 100 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined).on('close', () => closed++);
      sockets.push(socket);
      return new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
    });
    await Promise.all(opened);
  }
  await sleep(3000); // until the workers have them all
  return { sockets, closed: () => closed };
}

/** Ten thousand clients connect and send nothing. */
export async function idleConnections(expect) {
  const service = await startService(
    { WORKERS: '2', HEADERS_TIMEOUT_MS: '600000', SHUTDOWN_TIMEOUT_MS: '5000' },
    quiet,
  );
  const image = await testImage();
  for (let i = 0; i < 20; i++) await ask(service, '/v1/faces', image);
  const before = service.pids.map(residentKb);
  const { sockets, closed } = await openIdle(service.port);
  const after = service.pids.map(residentKb);
  const perConnection = (after.reduce((sum, kb) => sum + kb, 0) - before.reduce((sum, kb) => sum + kb, 0)) / count;
  expect(closed() === 0, `${count} connections stay open`, closed());
  const outcomes = {};
  for (let i = 0; i < 50; i++) {
    const outcome = await ask(service, '/v1/faces', image);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  expect(Object.keys(outcomes).join() === '200', 'requests are answered meanwhile', outcomes);
  const ended = service.stop();
  await until(() => closed() === count, 100);
  const status = await ended;
  expect(status === 0, 'SIGTERM ends it with 0', status);
  for (const socket of sockets) socket.destroy();
  return {
    memoryKbPerConnection: Number(perConnection.toFixed(1)),
    memoryMbBeforeAndAfter: [before, after].map((kbs) => kbs.map((kb) => Math.round(kb / 1024))),
  };
}
