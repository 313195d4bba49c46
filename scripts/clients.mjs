// What load.mjs and compose.mjs ask the service with.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { Agent, request } from 'undici';

const root = path.join(import.meta.dirname, '..');
const { drawFaces } = createRequire(import.meta.url)(path.join(root, 'dist', 'library', 'drawn-faces.js'));
const photograph = path.join(root, '..', 'shared', 'images', 'movie-stars.jpg');

/** movie-stars.jpg of the shared photographs where they are, else a picture drawn by code. */
export async function testImage() {
  if (existsSync(photograph)) return readFileSync(photograph);
  const faces = Array.from({ length: 12 }, (_value, i) => ({
    x: 80 + 160 * (i % 6),
    y: 150 + 300 * Math.floor(i / 6),
    height: 120,
  }));
  const { data, width, height, channels } = drawFaces(1000, 602, faces);
  return sharp(data, { raw: { width, height, channels } }).jpeg().toBuffer();
}

/** Resolves, when it is true, to the milliseconds that took; asks every `ms`. */
export async function until(isTrue, ms = 20) {
  const started = performance.now();
  while (!(await isTrue())) await sleep(ms);
  return performance.now() - started;
}

/** Clients that ask one after the other, each on a connection of its own as nginx does. */
export function clients(origin, image, count, { retryMs = 0 } = {}) {
  const agent = new Agent({ connections: count, pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 });
  const outcomes = {};
  const latencies = [];
  const times = [];
  let isStopped = false;
  async function one() {
    const started = performance.now();
    try {
      const { statusCode, headers, body } = await request(`${origin}/v1/faces`, {
        method: 'POST',
        body: image,
        headers: { 'content-type': 'image/jpeg' },
        dispatcher: agent,
        reset: true,
      });
      await body.dump();
      if (statusCode === 200) {
        latencies.push(performance.now() - started);
        times.push(performance.now());
      }
      return statusCode === 503 && !headers['retry-after'] ? '503 without Retry-After' : String(statusCode);
    } catch (error) {
      return error.cause?.code ?? error.code ?? String(error);
    }
  }
  const running = Array.from({ length: count }, async () => {
    while (!isStopped) {
      const outcome = await one();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === 'ECONNREFUSED') return;
      if (outcome === '503' && retryMs) await sleep(retryMs);
    }
  });
  return {
    outcomes,
    times,
    async stop() {
      isStopped = true;
      await Promise.all(running);
      await agent.close();
      latencies.sort((a, b) => a - b);
      const at = (share) => Math.round(latencies[Math.floor(latencies.length * share)] ?? 0);
      return { outcomes, answered: latencies.length, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };
}
