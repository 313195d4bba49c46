import { cut } from './body.mjs';
import { badImage, badOptions, batch, brokenBody, goodImage, largeImage } from './image-requests.mjs';
import { garbage, otherRequest } from './other-requests.mjs';

const kinds = [
  [65, goodImage],
  [1, largeImage],
  [5, badOptions],
  [8, badImage],
  [5, batch],
  [3, brokenBody],
  [11, otherRequest],
  [2, garbage],
];

/** How a body travels: chunked in pieces, slowly, at once, or only after the service has asked for it. */
function pace(random, { body }) {
  if (!body) return {};
  if (random.chance(0.06)) return { pieces: cut(random, body, 6), gapMs: random.integer(20, 250) };
  if (random.chance(0.2)) return { pieces: cut(random, body, random.integer(2, 8)), gapMs: 0 };
  return { pieces: [body], hasLength: true, waitsForContinue: random.chance(0.05) };
}

/** Where a client leaves, if it does: while it sends, while it waits, or while it reads. */
function leaving(random, { pieces = [] }) {
  if (!random.chance(0.08)) return {};
  const at = random.pick(pieces.length > 1 ? ['sending', 'waiting', 'reading'] : ['waiting', 'reading']);
  return {
    leaves: { at, afterPieces: random.integer(0, Math.max(0, pieces.length - 1)), afterMs: random.integer(0, 120) },
  };
}

/**
 * The next request of the sequence that `random` makes, of what there is to ask with (images by kind, and models): what it asks, how it
 * is sent, and what it may be answered with. `id` is its name in the service's log.
 */
export function nextRequest(random, stock, id) {
  const asked = random.weighted(kinds)(random, stock);
  if (asked.method === 'RAW') return { id, ...asked };
  const sent = { ...asked, ...pace(random, asked) };
  return { id, ...sent, ...leaving(random, sent), keepsAlive: random.chance(0.3) };
}
