import { setTimeout as sleep } from 'node:timers/promises';
import { attackers } from '../attack/attackers.mjs';
import { makePictures } from '../attack/pictures.mjs';
import { makeGroup } from './memory-group.mjs';
import { startService } from './service.mjs';

// What deploy/kubernetes gives a pod of two cores.
const podBytes = 2 * 2 ** 30;
const attackMs = 30_000;

/** A container of two workers and 2 GiB under what takes most memory: the largest bodies of the dearest pictures, 40 at once. */
export async function podMemory(expect) {
  const group = makeGroup();
  group.limit(podBytes);
  const service = await startService({ WORKERS: '2' }, { joinGroup: group.join });
  const before = service.pids();
  const over = new AbortController();
  const { port } = new URL(service.origin);
  const kind = attackers['large bodies of deep pictures'];
  const attack = kind({
    port: Number(port),
    pictures: await makePictures(),
    bodyBytes: 20 * 2 ** 20,
    signal: over.signal,
  });
  await sleep(attackMs);
  over.abort();
  await attack;
  const peak = group.peak();
  expect(String(service.pids()) === String(before), 'the system kills no worker', { before, after: service.pids() });
  expect(peak < podBytes, 'it stays under its limit', peak);
  const after = await service.ask('/healthz');
  expect(after === '200', 'the service answers', after);
  const status = await service.stop();
  expect(status === 0, 'SIGTERM ends it with 0', status);
  await group.remove();
  return { peakMiB: Math.round(peak / 2 ** 20) };
}
