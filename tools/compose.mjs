// What becomes of every request while docker-compose.yml's containers are added, killed, replaced and taken down.
//
// Builds it and brings it up. Needs Docker with Compose v2; ends with status 1 where something was not as docs/deployment.md promises.
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { clients } from './lib/clients.mjs';
import { testImage } from './lib/images.mjs';
import { addressOf, compose, containers, docker, isHealthy, nginxOrigin, up } from './lib/stack.mjs';
import { mean } from './lib/statistics.mjs';
import { until } from './lib/until.mjs';

const port = process.env.PORT ?? '8000';
const failures = [];

function show(title, facts) {
  console.log(JSON.stringify({ [title]: facts }));
}

function expect(isTrue, what) {
  if (!isTrue) failures.push(what);
}

async function timed(work) {
  const started = performance.now();
  await work();
  return Math.round((performance.now() - started) / 100) / 10;
}

/** Lines of nginx's log of requests since `since`. */
function requestsSince(since, [nginx] = containers('nginx')) {
  const text = docker('logs', '--since', since.toISOString(), nginx);
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ path: route }) => route === '/v1/faces');
}

const onlyStatus200 = (outcomes) => Object.keys(outcomes).every((outcome) => outcome === '200');

const scenarios = {
  async answer(image) {
    const form = new FormData();
    form.append('image', new Blob([image]), 'image.jpg');
    const response = await fetch(`http://127.0.0.1:${port}/face`, { method: 'POST', body: form });
    const body = await response.text();
    show('POST /face', { status: response.status, body: body.trim().slice(0, 200) });
    expect(response.status === 200 && /^\{"face_1":\[\d+,\d+,\d+,\d+\]/.test(body), 'POST /face answers with faces');
    const { statusCode } = await request(`http://127.0.0.1:${port}/metrics`);
    expect(statusCode === 404, '/metrics is closed');
  },

  async scale(image) {
    await up(3);
    const since = new Date();
    const asking = clients(nginxOrigin(), image, 12);
    await until(() => asking.times.length >= 600);
    const { outcomes, p50Ms, p99Ms } = await asking.stop();
    await sleep(500);
    const counts = Object.fromEntries(containers('face').map((id) => [`${addressOf(id)}:8000`, 0]));
    for (const { upstream } of requestsSince(since)) counts[upstream] = (counts[upstream] ?? 0) + 1;
    const values = Object.values(counts);
    const worst = Math.max(...values.map((value) => Math.abs(value / mean(values) - 1)));
    show('three containers', { outcomes, p50Ms, p99Ms, counts, worstDeviation: Number(worst.toFixed(3)) });
    expect(onlyStatus200(outcomes), 'every request of three containers is answered 200');
    expect(values.length === 3 && worst < 0.2, 'three containers share the load within 20 %');
  },

  async kill(image) {
    const since = new Date();
    const asking = clients(nginxOrigin(), image, 12);
    await until(() => asking.times.length >= 100);
    const [victim] = containers('face');
    const address = `${addressOf(victim)}:8000`;
    docker('kill', victim);
    await sleep(5000);
    const { outcomes } = await asking.stop();
    await sleep(500);
    const lost = requestsSince(since).filter(({ status }) => status !== 200);
    const elsewhere = lost.filter(({ upstream }) => upstream !== address);
    show('a container killed', { outcomes, lost: lost.length, lostElsewhere: elsewhere.length });
    expect(lost.length <= 12 && elsewhere.length === 0, 'a killed container loses only what had reached it');
    await up(3);
  },

  async hup(image) {
    const since = new Date();
    const asking = clients(nginxOrigin(), image, 12);
    await until(() => asking.times.length >= 100);
    for (const id of containers('face')) docker('kill', '-s', 'HUP', id);
    await sleep(5000);
    const { outcomes } = await asking.stop();
    const lost = requestsSince(since).filter(({ status }) => status !== 200);
    show('workers replaced by SIGHUP', { outcomes, lost });
    expect(onlyStatus200(outcomes), 'SIGHUP loses nothing');
  },

  async roll(image) {
    const since = new Date();
    const asking = clients(nginxOrigin(), image, 12);
    await until(() => asking.times.length >= 100);
    const seconds = await timed(async () => {
      for (const id of containers('face')) {
        docker('restart', '-t', '40', id);
        await until(() => isHealthy(id), 100);
        await sleep(2500);
      }
    });
    const { outcomes } = await asking.stop();
    const lost = requestsSince(since).filter(({ status }) => status !== 200);
    show('containers restarted one by one', { outcomes, seconds, lost });
    expect(onlyStatus200(outcomes), 'a rolling restart loses nothing');
  },

  async down(image) {
    const since = new Date();
    const nginx = containers('nginx');
    const asking = clients(nginxOrigin(), image, 12);
    await until(() => asking.times.length >= 100);
    const seconds = await timed(() => compose('stop'));
    const { outcomes } = await asking.stop();
    const bad = requestsSince(since, nginx).filter(({ status }) => status !== 200);
    show('taken down', { outcomes, seconds, acceptedButNotAnswered: bad.length });
    const refused = ['200', 'ECONNREFUSED', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];
    expect(
      bad.length === 0 && Object.keys(outcomes).every((outcome) => refused.includes(outcome)),
      'down loses nothing',
    );
    expect(seconds < 40, 'down within the grace period');
    compose('down', '-v');
  },
};

const buildSeconds = await timed(() => compose('build'));
const upSeconds = await timed(() => up(1));
show('from nothing', { buildSeconds, upSeconds });
const image = await testImage();
try {
  for (const scenario of Object.values(scenarios)) await scenario(image);
} finally {
  compose('down', '-v');
}
for (const what of failures) console.error(`NOT SO: ${what}`);
console.log(failures.length === 0 ? 'all as promised' : `${failures.length} not as promised`);
process.exitCode = failures.length > 0 ? 1 : 0;
