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
import { loadTracing } from '../http/tracing.js';
import { WorkerMetrics } from '../http/worker-metrics.js';
import { listen } from '../listen.js';
import { createLogger } from '../log.js';
import {
  heartbeatMs,
  type PrimaryMessage,
  type Readiness,
  snapshotMs,
  standInVariable,
  type WorkerMessage,
} from '../worker-messages.js';
import { createDrainableServer, type DrainableServer } from './drainable-server.js';
import { warmUp } from './warm-up.js';

/** Sends a message to the primary; resolves when it has been sent, or no longer can be. */
function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) resolve();
    else process.send?.(message, undefined, {}, () => resolve());
  });
}

/**
 * Promises for the primary's commands, each resolved when the command arrives or the primary has gone; `onMessage` gets
 * every message.
 */
function commands(onMessage: (message: PrimaryMessage) => void): Record<'drain' | 'end', Promise<void>> {
  const command = (type: PrimaryMessage['type']) =>
    new Promise<void>((resolve) => {
      process.on('message', (message: PrimaryMessage) => message.type === type && resolve());
      process.once('disconnect', resolve);
    });
  process.on('message', onMessage);
  return { drain: command('drain'), end: command('end') };
}

/**
 * Answers every accepted request. One not done in time gets a 503, for which the last second, or a tenth of longer times, is left; then it is
 * cut off.
 */
async function drain(server: DrainableServer, detector: FaceDetector, timeoutMs: number): Promise<void> {
  const refusalMs = Math.max(timeoutMs / 10, Math.min(1000, timeoutMs / 2));
  const refuse = setTimeout(() => void detector.close(), timeoutMs - refusalMs);
  const cut = setTimeout(() => server.closeAll(), timeoutMs);
  await server.drain();
  clearTimeout(refuse);
  clearTimeout(cut);
  await detector.close();
}

async function run(config: Config): Promise<void> {
  const log = createLogger(config, 'worker');
  let readiness: Readiness = { isReady: false, reason: 'starting' };
  const watch = new SearchWatch((message) => void tell(message));
  const command = commands((message) => {
    if (message.type === 'readiness') readiness = message.readiness;
    if (message.type === 'quarantine') watch.refuse(message.images);
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
  const heartbeat = setInterval(() => void tell({ type: 'heartbeat', activity: detector.activity }), heartbeatMs);
  await warmUp(detector);
  const running = () => detector.activity.running;
  const admission = new Admission(config, running);
  const names = detector.models.map(({ name }) => name);
  const metrics = new WorkerMetrics(() => admission.depth, running, names);
  const rules = requestRules(config, detector.model, names);
  const end = new AbortController();
  setMaxListeners(0, end.signal); // every discarded body adds a listener
  const service = { config, detector, rules, admission, metrics, probe, watch, log, readiness: () => readiness };
  const tracing = loadTracing();
  const standsInFor = process.env[standInVariable] || undefined;
  const app = createApp({ ...service, tracing, draining: end.signal, standsInFor });
  const server = createDrainableServer(app, config);
  limitConnections(server.http, log);
  const port = await listen(server.http, config.port, config.host, 'PORT_NUMBER');
  const report = async () => {
    try {
      await tell({ type: 'metrics', snapshot: await metrics.snapshot() });
    } catch (error) {
      log.error({ err: error }, 'could not collect the metrics');
    }
  };
  const snapshots = setInterval(() => void report(), snapshotMs);
  await tell({ type: 'ready', port, opencv: detector.opencvVersion, models: detector.models });

  await command.drain;
  readiness = { isReady: false, reason: 'draining' };
  end.abort();
  await drain(server, detector, config.shutdownTimeoutMs);
  clearInterval(heartbeat);
  clearInterval(snapshots);
  await Promise.all([report(), tracing.flush()]);
  // The primary answers after any connections that it sent before it knew; node:cluster refuses those here and gives
  // them to another worker. Exiting without waiting would lose them.
  await tell({ type: 'drained' });
  await command.end;
}

/**
 * One cluster worker. It ignores signals, which a terminal sends to every process: the primary handles them. Resolves
 * to the exit status once drained.
 */
export async function runWorker(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  try {
    await run(readConfig(process.env));
  } catch (error) {
    // An error with a code names something missing that another worker would miss as well.
    const { code, message, stack } = error as NodeJS.ErrnoException;
    if (code !== undefined) await tell({ type: 'unable', reason: message });
    else console.error(stack);
    return 1;
  } finally {
    if (cluster.worker?.isConnected()) process.disconnect();
  }
  return 0;
}
