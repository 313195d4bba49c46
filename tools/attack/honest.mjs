import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { quantile } from '../lib/statistics.mjs';

/**
 * Others than the attackers: a request every `everyMs`, whether the ones before are answered or not, each from another address. Resolves
 * when `signal` has aborted and all have ended, to how they ended and how long whole answers took.
 */
export async function honest({ origin, picture, everyMs, signal }) {
  const ends = {};
  const times = [];
  const one = async (number) => {
    const started = performance.now();
    const end = await send(origin, picture, `10.0.${number % 256}.${(number >> 8) % 256}`);
    ends[end] = (ends[end] ?? 0) + 1;
    if (end === '200') times.push(performance.now() - started);
  };
  const sent = [];
  for (let number = 0; !signal.aborted; number++) {
    sent.push(one(number));
    await pause(everyMs);
  }
  await Promise.all(sent);
  const at = (share) => Math.round(quantile(times, share));
  return { sent: sent.length, ends, p50: at(0.5), p99: at(0.99) };
}

async function send(origin, picture, address) {
  try {
    const { statusCode, headers, body } = await request(`${origin}/v1/faces`, {
      method: 'POST',
      headers: { 'Content-Type': 'image/jpeg', 'X-Forwarded-For': address },
      body: picture.bytes,
      reset: true,
      headersTimeout: 60_000,
    });
    const text = await body.text();
    if (statusCode !== 200) return `${statusCode}${headers['retry-after'] ? ' Retry-After' : ''}`;
    return JSON.parse(text).faces.length === picture.faces ? '200' : 'wrong';
  } catch (error) {
    return error.code ?? error.name;
  }
}
