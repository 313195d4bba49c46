// What other clients get while the service is attacked.
//
//   npm run tools -- attack [SECONDS] [--kind TEXT] [--project FOLDER]   a row for each kind of attack, the first one without any
//   npm run tools -- attack --worst [--kind MODEL] [--route END]         the most expensive single requests
//
// A row has the requests answered, times, the most memory in MB and the workers lost. Kinds are in tools/lib/attackers. --project takes
// another checkout's service, built, to compare with. Settings come from the environment.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/steps.mjs';
import { attackers } from '../lib/attackers/attackers.mjs';
import { makePictures } from '../lib/attackers/costly-pictures.mjs';
import { drawFaces, fourFaces, toSharp } from '../lib/images.mjs';
import { quiet, startService } from '../lib/service.mjs';
import { honest } from './honest.mjs';
import { watchMemory } from './memory.mjs';
import { worstRequests } from './worst.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: 'string', default: '' },
    route: { type: 'string', default: '' },
    worst: { type: 'boolean' },
    project: { type: 'string', default: root },
  },
});
const seconds = Number(positionals[0] ?? 30);
const everyMs = 250;
const settings = { WORKERS: '2', TRUST_PROXY: 'loopback', MAX_VIDEO_BYTES: String(2 ** 28) };

async function row(title, attack, picture, pictures) {
  const service = await startService(settings, { ...quiet, project: values.project });
  const { port, workers: before } = service;
  const memory = watchMemory(service);
  const over = new AbortController();
  const attacking = attack?.({ port, pictures, bodyBytes: 20 * 2 ** 20, signal: over.signal });
  if (attack) await pause(1000);
  const others = honest({ origin: service.origin, picture, everyMs, signal: AbortSignal.timeout(seconds * 1000) });
  const { sent, ends, p50, p99 } = await others;
  const lost = before.filter((pid) => !service.workers.includes(pid)).length;
  const most = memory.end();
  over.abort();
  await attacking;
  await service.stop();
  const served = `${Math.round((100 * (ends['200'] ?? 0)) / sent)} %`;
  return { attack: title, sent, served, ends: JSON.stringify(ends), p50, p99, ...most, lost };
}

async function attackAll() {
  const bytes = await toSharp(drawFaces(800, 500, fourFaces))
    .jpeg({ quality: 92 })
    .toBuffer();
  const picture = { bytes, faces: fourFaces.length };
  const pictures = await makePictures();
  const kinds = Object.entries(attackers).filter(([name]) => name.includes(values.kind));
  const rows = [await row('none', undefined, picture, pictures)];
  for (const [name, attack] of kinds) rows.push(await row(name, attack, picture, pictures));
  return rows;
}

console.table(values.worst ? await worstRequests(values.kind, values.route) : await attackAll());
