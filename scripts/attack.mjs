// npm run attack -- [SECONDS] [--kind TEXT] [--project FOLDER] | --worst: what others get while the service is attacked, a row for each kind of
// attack (scripts/attack/attackers.mjs): requests answered, times, the most memory in MB, workers lost. The first row is without an attack.
// --project takes another checkout's service, built, to compare with. Settings come from the environment.
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { attackers } from './attack/attackers.mjs';
import { honest } from './attack/honest.mjs';
import { watchMemory } from './attack/memory.mjs';
import { makePictures } from './attack/pictures.mjs';
import { worstRequests } from './attack/worst.mjs';
import { Random } from './random.mjs';
import { startService, workers } from './service.mjs';
import { makeImages } from './soak/images.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: 'string', default: '' },
    worst: { type: 'boolean' },
    project: { type: 'string', default: path.join(import.meta.dirname, '..') },
  },
});
const seconds = Number(positionals[0] ?? 30);
const everyMs = 250;
const settings = { WORKERS: '2', TRUST_PROXY: 'loopback' };

async function row(title, attack, picture, pictures) {
  const service = await startService(settings, () => undefined, values.project);
  const port = Number(new URL(service.origin).port);
  const before = workers(service);
  const memory = watchMemory(service);
  const over = new AbortController();
  const attacking = attack?.({ port, pictures, bodyBytes: 20 * 2 ** 20, signal: over.signal });
  if (attack) await pause(1000);
  const others = honest({ origin: service.origin, picture, everyMs, signal: AbortSignal.timeout(seconds * 1000) });
  const { sent, ends, p50, p99 } = await others;
  const lost = before.filter((pid) => !workers(service).includes(pid)).length;
  const most = memory.end();
  over.abort();
  await attacking;
  await service.stop();
  const served = `${Math.round((100 * (ends['200'] ?? 0)) / sent)} %`;
  return { attack: title, sent, served, ends: JSON.stringify(ends), p50, p99, ...most, lost };
}

async function attackAll() {
  const { good } = await makeImages(new Random(1));
  const { bytes, drawn } = good.find((image) => image.drawn && image.type === 'image/jpeg');
  const picture = { bytes, faces: drawn.length };
  const pictures = await makePictures();
  const kinds = Object.entries(attackers).filter(([name]) => name.includes(values.kind));
  const rows = [await row('none', undefined, picture, pictures)];
  for (const [name, attack] of kinds) rows.push(await row(name, attack, picture, pictures));
  return rows;
}

console.table(values.worst ? await worstRequests(values.kind) : await attackAll());
