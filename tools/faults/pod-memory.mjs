import { setTimeout as sleep } from 'node:timers/promises';
import { attackers } from '../lib/attackers/attackers.mjs';
import { makePictures } from '../lib/attackers/costly-pictures.mjs';
import { quiet, startService } from '../lib/service.mjs';
import { ask } from './ask.mjs';
import { makeGroup } from './memory-group.mjs';

// What deploy/kubernetes gives a pod of two cores.
const podBytes = 2 * 2 ** 30;
const attackMs = 30_000;

/** A container of two workers and 2 GiB under what takes most memory: the largest bodies of the dearest pictures, 40 at once. */
export async function podMemory(expect) {
  const group = makeGroup();
  group.limit(podBytes);
  const service = await startService({ WORKERS: '2' }, { ...quiet, joinGroup: group.join });
  const before = service.pids;
  const over = new AbortController();
  const kind = attackers['large bodies of deep pictures'];
  const attack = kind({
    port: service.port,
    pictures: await makePictures(),
    bodyBytes: 20 * 2 ** 20,
    signal: over.signal,
  });
  await sleep(attackMs);
  over.abort();
  await attack;
  const peak = group.peak();
  expect(String(service.pids) === String(before), 'the system kills no worker', { before, after: service.pids });
  expect(peak < podBytes, 'it stays under its limit', peak);
  const after = await ask(service, '/healthz');
  expect(after === '200', 'the service answers', after);
  const status = await service.stop();
  expect(status === 0, 'SIGTERM ends it with 0', status);
  await group.remove();
  return { peakMiB: Math.round(peak / 2 ** 20) };
}
