import cluster from 'node:cluster';
import { setMaxListeners } from 'node:events';
import { FaceDetector } from '../../library/detector.js';
import { probe } from '../../library/probe.js';
import { type Config, readConfig } from '../config.js';
import { limitConnections } from '../connection-limit.js';
import { Admission } from '../http/admission.js';
import { createApp } from '../http/app.js';
import { requestRules, serviceDefaults } from '../http/request-options.js';
import { SearchWatch } from '../http/search-watch.js';
import { WorkerMetrics } from '../http/worker-metrics.js';
import { listen } from '../listen.js';
import { createLogger } from '../log.js';
import {
  beatMs,
  type PrimaryMessage,
  type Readiness,
  snapshotMs,
  standInVariable,
  type WorkerMessage,
} from '../worker-messages.js';
import { createDrainableServer, type DrainableServer } from './drainable-server.js';
import { warmUp } from './warm-up.js';

/** Tells the primary; resolves when it has been sent, or cannot be any more. */
function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) resolve();
    else process.send?.(message, undefined, {}, () => resolve());
  });
}

/** The primary's orders, each as a promise that resolves when it comes or the primary is gone; `onNews` gets its other messages. */
function orders(onNews: (message: PrimaryMessage) => void): Record<'drain' | 'end', Promise<void>> {
  const order = (type: PrimaryMessage['type']) =>
    new Promise<void>((resolve) => {
      process.on('message', (message: PrimaryMessage) => message.type === type && resolve());
      process.once('disconnect', resolve);
    });
  process.on('message', onNews);
  return { drain: order('drain'), end: order('end') };
}

/** Answers everything accepted. What is not done in time gets 503, or is cut off. */
async function finish(server: DrainableServer, detector: FaceDetector, timeoutMs: number): Promise<void> {
  const refuse = setTimeout(() => void detector.close(), timeoutMs * 0.9);
  const cut = setTimeout(() => server.cut(), timeoutMs);
  await server.drain();
  clearTimeout(refuse);
  clearTimeout(cut);
  await detector.close();
}

async function run(config: Config): Promise<void> {
  const log = createLogger(config, 'worker');
  let readiness: Readiness = { isReady: false, reason: 'starting' };
  const watch = new SearchWatch((message) => void tell(message));
  const ordered = orders((news) => {
    if (news.type === 'readiness') readiness = news.readiness;
    if (news.type === 'quarantine') watch.refuse(news.images);
  });
  const { models, modelsDir, engine, slots, threads } = config;
  const detector = await FaceDetector.create({
    models,
    modelsDir,
    engine,
    slots,
    threads,
    ...serviceDefaults(config),
  });
  const beat = setInterval(() => void tell({ type: 'beat', activity: detector.activity }), beatMs);
  await warmUp(detector);
  const running = () => detector.activity.running;
  const admission = new Admission(config, running);
  const names = detector.models.map(({ name }) => name);
  const metrics = new WorkerMetrics(() => admission.depth, running, names);
  const rules = requestRules(config, detector.model, names);
  const end = new AbortController();
  setMaxListeners(0, end.signal); // every body that is dropped listens
  const service = { config, detector, rules, admission, metrics, probe, watch, log, readiness: () => readiness };
  const app = createApp({ ...service, draining: end.signal, standsInFor: process.env[standInVariable] || undefined });
  const server = createDrainableServer(app, config);
  limitConnections(server.http, log);
  const port = await listen(server.http, config.port, config.host, 'PORT_NUMBER');
  const report = async () => {
    try {
      await tell({ type: 'metrics', snapshot: await metrics.snapshot() });
    } catch (error) {
      log.error({ err: error }, 'the metrics could not be read');
    }
  };
  const snapshots = setInterval(() => void report(), snapshotMs);
  await tell({ type: 'ready', port, opencv: detector.opencvVersion, models: detector.models });

  await ordered.drain;
  readiness = { isReady: false, reason: 'draining' };
  end.abort();
  await finish(server, detector, config.shutdownTimeoutMs);
  clearInterval(beat);
  clearInterval(snapshots);
  await report();
  // Connections that the primary had sent here before it knew come before its answer: node:cluster refuses them, and it gives them
  // to another worker. Ending at once would lose them.
  await tell({ type: 'drained' });
  await ordered.end;
}

/**
 * One worker of the cluster, which makes all its objects here. Signals are the primary's business: a terminal sends them to
 * every process. Resolves to its exit status when it has been drained.
 */
export async function runWorker(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  try {
    await run(readConfig(process.env));
  } catch (error) {
    // Errors with a code say what is missing here; another worker would miss it as well.
    const { code, message, stack } = error as NodeJS.ErrnoException;
    if (code !== undefined) await tell({ type: 'unable', reason: message });
    else console.error(stack);
    return 1;
  } finally {
    if (cluster.worker?.isConnected()) process.disconnect();
  }
  return 0;
}
