// What the service answers under load: throughput, overload, killed workers, signals, aborts, deadlines.
//
//   npm run tools -- load [throughput overload kill sigterm sighup abort deadline] [--seconds N]
//
// Over loopback; says what became of every request. Runs the scenarios named, or all. It takes movie-stars.jpg of the shared photographs
// where they are, else a picture drawn by code.
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { clients } from '../lib/clients.mjs';
import { flat, testImage } from '../lib/images.mjs';
import { memoryOf, processorSeconds } from '../lib/proc.mjs';
import { startService } from '../lib/service.mjs';
import { measureThroughput } from '../lib/throughput.mjs';
import { until } from '../lib/until.mjs';

const warmUpSeconds = 2;

const workerSeconds = (service) => processorSeconds(service.workers);

/** Watches the service for so long: the seconds of a core that its workers use (`cpu`), and their memory. */
async function watch(service, seconds) {
  const before = { cpu: workerSeconds(service), own: process.cpuUsage() };
  const delays = [];
  const memory = [];
  const heap = [];
  for (let i = 0; i < seconds; i++) {
    await sleep(1000);
    delays.push(await service.metric('face_detector_event_loop_delay_p99_seconds'));
    memory.push(Math.round(service.pids.reduce((sum, pid) => sum + memoryOf(pid, 'VmRSS'), 0) / 2 ** 20));
    heap.push(Math.round((await service.metric('nodejs_heap_size_used_bytes')) / 2 ** 20));
  }
  const own = process.cpuUsage(before.own);
  return {
    cpu: workerSeconds(service) - before.cpu,
    generatorCpuShare: (own.user + own.system) / 1e6 / seconds,
    worstEventLoopDelayP99Ms: Math.round(Math.max(...delays) * 1000),
    // Of all processes; the heap is that of the workers' JavaScript.
    residentMb: tenths(memory),
    heapMb: tenths(heap),
  };
}

/** What is printed of both: how requests ended, and what was seen of the service meanwhile. */
function figures({ perSecond, outcomes, p50Ms, p99Ms }, { cpu, ...seen }, seconds) {
  const cpuMsPerAnswer = Math.round((cpu / (perSecond * seconds)) * 1000);
  return { perSecond, outcomes, p50Ms, p99Ms, cpuMsPerAnswer, ...seen };
}

async function throughput(service, image, connections, seconds) {
  const measured = measureThroughput(service.origin, image, { connections, seconds, warmUpSeconds });
  await measured.started;
  const seen = await watch(service, seconds);
  return figures(await measured.result, seen, seconds);
}

async function overload(service, image, count, seconds) {
  const asking = clients(service.origin, image, count, { retryMs: 1000 });
  await sleep(warmUpSeconds * 1000);
  const before = asking.times.length;
  const seen = await watch(service, seconds);
  const perSecond = (asking.times.length - before) / seconds;
  return figures({ perSecond, ...(await asking.stop()) }, seen, seconds);
}

/** Ten values spread over a series, and its last. */
function tenths(series) {
  const step = Math.max(1, Math.floor(series.length / 10));
  return [...series.filter((_value, i) => i % step === 0), series.at(-1)].join(' ');
}

const scenarios = {
  async throughput(image, seconds) {
    const results = {};
    for (const count of [1, 2]) {
      const service = await startService({ WORKERS: String(count) });
      results[`workers${count}`] = await throughput(service, image, 4, seconds);
      await service.stop();
    }
    return {
      ...results,
      ratio: results.workers2.perSecond / results.workers1.perSecond,
      cores: availableParallelism(),
    };
  },
  async overload(image, seconds) {
    const service = await startService();
    const result = await overload(service, image, 200, seconds);
    await service.stop();
    return result;
  },
  async kill(image) {
    const service = await startService({ WORKERS: '2' });
    const asking = clients(service.origin, image, 8);
    await until(() => asking.times.length > 20);
    process.kill(service.workers[0], 'SIGKILL');
    await sleep(300);
    const backMs = 300 + (await until(async () => (await service.metric('face_detector_ready_workers')) === 2));
    const result = await asking.stop();
    await service.stop();
    return { ...result, capacityBackMs: Math.round(backMs) };
  },
  async sigterm(image) {
    const logged = [];
    const service = await startService({}, { onLine: (line) => line.includes('"msg":"request"') && logged.push(line) });
    const asking = clients(service.origin, image, 8);
    await until(() => asking.times.length > 20);
    const status = await service.stop('SIGTERM');
    const result = await asking.stop();
    const notAnswered = logged.filter((line) => !line.includes('"status":200')).length;
    return { ...result, status, acceptedByTheService: logged.length, acceptedButNotAnswered: notAnswered };
  },
  async sighup(image) {
    const service = await startService();
    const asking = clients(service.origin, image, 8);
    await until(() => asking.times.length > 20);
    const before = service.workers;
    service.signal('SIGHUP');
    const tookMs = await until(() => !service.workers.some((pid) => before.includes(pid)), 100);
    await sleep(1000);
    const result = await asking.stop();
    await service.stop();
    return { ...result, rollingRestartMs: Math.round(tookMs) };
  },
  /** A client leaves while its image is searched: how soon the next one's search begins. */
  async abort() {
    // OpenCV's engine takes ten seconds for this, long enough to leave.
    const service = await startService({ WORKERS: '1', ENGINE: 'opencv' });
    const large = await flat(6000, 4500).jpeg().toBuffer();
    const small = await flat(64, 64).jpeg().toBuffer();
    const freed = [];
    for (let i = 0; i < 5; i++) {
      const controller = new AbortController();
      const leaving = post(service, large, '?minFaceSize=12', controller.signal).catch(() => undefined);
      await sleep(1500);
      const asked = post(service, small, '');
      await sleep(100);
      const left = performance.now();
      controller.abort();
      await leaving;
      await asked;
      freed.push(Math.round(performance.now() - left));
    }
    await service.stop();
    return { nextAnswerAfterLeavingMs: freed };
  },
  /** A deadline of two seconds on 50 megapixels: the answer, and whether the processor is idle soon after. */
  async deadline() {
    const service = await startService({ WORKERS: '1', ENGINE: 'opencv', REQUEST_TIMEOUT_MS: '2000' });
    const large = await flat(8160, 6120).jpeg().toBuffer();
    const started = performance.now();
    const status = await post(service, large, '?minFaceSize=12');
    const answeredMs = Math.round(performance.now() - started);
    await sleep(500);
    const before = workerSeconds(service);
    await sleep(1000);
    const busyShare = workerSeconds(service) - before;
    await service.stop();
    return { status, answeredMs, busyShareAfterwards: busyShare };
  },
};

async function post(service, image, query, signal) {
  const { statusCode, body } = await request(`${service.origin}/v1/faces${query}`, {
    method: 'POST',
    body: image,
    headers: { 'content-type': 'image/jpeg' },
    headersTimeout: 120_000,
    reset: true,
    ...(signal && { signal }),
  });
  await body.dump();
  return statusCode;
}

const given = process.argv.slice(2);
const at = given.indexOf('--seconds');
const seconds = at < 0 ? 20 : Number(given.splice(at, 2)[1]);
const names = given.length > 0 ? given : Object.keys(scenarios);
const unknown = names.filter((name) => !Object.hasOwn(scenarios, name));
if (unknown.length > 0 || !(seconds > 0 && seconds <= 3600)) {
  console.error(`usage: npm run tools -- load [${Object.keys(scenarios).join('|')}] ... [--seconds N]`);
  process.exit(2);
}
const image = await testImage();
for (const name of names)
  console.log(JSON.stringify({ scenario: name, ...(await scenarios[name](image, seconds)) }, null, 1));
