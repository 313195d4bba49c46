// Whether anything gets lost, wrong or larger while the service answers everything that clients send.
//
//   npm run tools -- soak [MINUTES] [--seed N] [--requests N] [--attacked]     for 20 minutes, unless told, or for so many requests
//
// In an order that the seed repeats; between, it lets the service rest and looks at what is left of it. With --attacked an attacker
// (tools/lib/attackers) is at it meanwhile, another one after each rest. The service takes the settings of the environment: MODELS and
// MODELS_DIR load more models, which requests then ask for in turn. Ends with status 1, and says why, where a request is lost, an answer
// is wrong, or something grows. The summary is JSON.
import { parseArgs } from 'node:util';
import { attackInTurn } from '../lib/attackers/attackers.mjs';
import { makePictures } from '../lib/attackers/costly-pictures.mjs';
import { Random } from '../lib/random.mjs';
import { makeImages } from './images.mjs';
import { Soak } from './run.mjs';

const usage = 'usage: npm run tools -- soak [MINUTES, more than 0] [--seed INTEGER] [--requests INTEGER] [--attacked]';

function settings() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string' }, requests: { type: 'string' }, attacked: { type: 'boolean' } },
  });
  const minutes = Number(positionals[0] ?? 20);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const requests = values.requests === undefined ? Infinity : Number(values.requests);
  const isRight = positionals.length < 2 && minutes > 0 && Number.isInteger(seed) && requests > 0;
  if (!isRight) throw new Error(usage);
  return { minutes: requests < Infinity ? Infinity : minutes, seed, requests, isAttacked: values.attacked === true };
}

try {
  const { seed, isAttacked, ...bounds } = settings();
  const random = new Random(seed);
  console.log(`seed ${seed}`);
  const attack = isAttacked ? attackInTurn(await makePictures()) : undefined;
  const soak = new Soak(random, await makeImages(random), bounds, (line) => console.log(line), attack);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => soak.stop());
  const summary = await soak.run();
  console.log(JSON.stringify({ seed, ...summary }, null, 1));
  process.exitCode = summary.failures.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error.message === usage ? usage : error.stack);
  process.exitCode = 2;
}
