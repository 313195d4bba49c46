// Whether each image of bulk jobs has exactly one result while workers are killed.
//
//   npm run tools -- jobs-chaos [--jobs 10000] [--workers 3]
//
// At random, by SIGKILL, one every second on average. Ends with status 1 where an image has no result, or two. Needs redis-server or
// valkey-server, and the weights.
import { parseArgs } from 'node:util';
import { anyRandom } from '../lib/random.mjs';
import { redisCommand } from '../lib/redis.mjs';
import { chaos } from './chaos.mjs';

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '10000' }, workers: { type: 'string', default: '3' } },
});
if (!redisCommand()) {
  console.error('jobs-chaos needs redis-server or valkey-server: apt-get install redis-server');
  process.exit(1);
}
const random = anyRandom();
const figures = await chaos({
  jobs: Number(values.jobs),
  workers: Number(values.workers),
  pauseMs: () => 500 + 1000 * random.share(), // a worker needs half a second to start
  random,
  say: console.log,
});
console.log(JSON.stringify(figures, undefined, 2));
const { jobs, results, completed, failed, missing, twice, statuses } = figures;
const isRight =
  [jobs, results, completed].every((number) => number === Number(values.jobs)) &&
  [failed, missing, twice, ...statuses].every((number) => number === 0);
console.log(isRight ? 'every image has exactly one result' : 'NOT every image has exactly one result');
process.exitCode = isRight ? 0 : 1;
