import cluster from 'node:cluster';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { FaceDetectorError } from '../../library/face-detector-error.js';
import type { ModelName } from '../../library/model-catalog.js';
import { loadModelFiles } from '../../library/weights/load.js';
import { allowedMemory } from '../../system/memory.js';
import { packageRoot } from '../../system/package-root.js';
import type { Config } from '../config.js';
import { createLogger, type Logger } from '../log.js';
import { servicePeakBytes } from '../worker-memory.js';
import { standInVariable } from '../worker-messages.js';
import { forkWorker } from './fork-worker.js';
import type { PendingHandoffs } from './handoffs.js';
import { serveMetrics } from './metrics-server.js';
import { MetricsSum } from './metrics-sum.js';
import { watchSharedPort } from './shared-port.js';
import { Supervisor } from './supervisor.js';

interface ChosenModels {
  models: readonly ModelName[];
  /** Whose weights are missing, so that another one is served. */
  standsInFor?: ModelName;
}

/**
 * The configured models, whose weights are there, the default one first. Where none was asked for and mtcnn's weights are missing,
 * haar stands in, loudly: a first `npm start` without network shall show faces, not an error.
 */
async function chooseModels({ models, modelsDir }: Config): Promise<ChosenModels> {
  const isAsked = models.length > 0;
  const wanted = isAsked ? models : (['mtcnn'] as const);
  try {
    for (const model of wanted) await loadModelFiles(model, modelsDir);
    return { models: wanted };
  } catch (error) {
    if (isAsked || !(error instanceof FaceDetectorError) || error.code !== 'MODEL_MISSING') throw error;
    await loadModelFiles('haar', modelsDir);
    // Not by the stream itself, whose error would end the process where nobody reads.
    console.error(
      `WARNING: ${error.message}\n` +
        "WARNING: serving with OpenCV's Haar cascade instead: it misses many faces, takes longer and gives no landmarks.\n" +
        'WARNING: fetch the weights and start again, or set FACE_DETECTION_MODEL=haar to keep it.',
    );
    return { models: ['haar'], standsInFor: 'mtcnn' };
  }
}

/** Forks workers that run this same command; the pool of native threads fits the slots and a short search beside them, two more are for files and names. */
function forker(config: Config, { models, standsInFor }: ChosenModels, handoffs: Map<number, PendingHandoffs>) {
  cluster.setupPrimary({ exec: path.join(packageRoot, 'dist', 'cli.js'), args: ['serve'] });
  const environment = {
    FACE_DETECTION_MODEL: models[0],
    [standInVariable]: standsInFor ?? '',
    UV_THREADPOOL_SIZE: String(config.slots + 3),
  };
  return () => forkWorker(environment, handoffs);
}

/** Resolves with the name of the signal that ends the service; SIGHUP without a terminal is `onHangup`'s. */
function stopSignal(onHangup: () => void): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name));
    process.on('SIGHUP', () => {
      if (process.stdin.isTTY || process.stdout.isTTY) resolve('SIGHUP');
      else onHangup();
    });
  });
}

/** Says at start what would otherwise be found out under the worst load. */
function warnOfMemory(config: Config, log: Logger): void {
  const peak = servicePeakBytes(config);
  const memory = allowedMemory();
  if (peak <= memory) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  log.warn(
    `under the worst load the service takes ${megabytes(peak)} and has ${megabytes(memory)}: lower WORKERS, MAX_PIXELS or WAITING_BYTES`,
  );
}

/**
 * The process that starts the workers, shares their port among them, replaces and restarts them, and answers for their metrics.
 * Resolves to the exit status after SIGTERM or SIGINT; rejects where the service cannot start or go on.
 */
export async function runPrimary(config: Config): Promise<number> {
  const log = createLogger(config, 'primary');
  let onStart: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    onStart = resolve;
  });
  // While it starts there is nothing to replace yet, but some of it may have read already what is new now.
  const reload = async () => {
    await started;
    log.info('SIGHUP: restarting the workers one by one');
    if (await supervisor.reload()) log.info('workers restarted');
  };
  warnOfMemory(config, log);
  const stopped = stopSignal(() => void reload());
  const chosen = await chooseModels(config);
  const metrics: MetricsSum = new MetricsSum(() => supervisor.readyWorkers);
  const handoffs = new Map<number, PendingHandoffs>();
  const closePort = watchSharedPort(() => [...handoffs.values()].reduce((sum, one) => sum + one.count(), 0));
  const supervisor: Supervisor = new Supervisor(config, forker(config, chosen, handoffs), log, metrics);
  const metricsServer = await serveMetrics(metrics, config, log);
  try {
    const signal = await Promise.race([stopped, runWorkers()]);
    log.info(`${signal}: draining, then exiting`);
    await closePort();
    return (await supervisor.stop()) ? 0 : 1;
  } catch (error) {
    await supervisor.stop();
    throw error;
  } finally {
    metricsServer.close();
    metricsServer.closeAllConnections();
  }

  async function runWorkers(): Promise<never> {
    const { port, opencv, models: loaded } = await supervisor.start();
    onStart();
    const slow = loaded.find(({ name, engine }) => name === 'mtcnn' && engine !== 'fused');
    if (slow && config.engine === 'auto') log.warn(slow, 'the fused engine is not used');
    const [{ name: model, engine, engineReason }] = loaded;
    const metricsPort = (metricsServer.address() as AddressInfo).port;
    const { workers, slots, threads } = config;
    log.info(
      { model, engine, engineReason, models: chosen.models, opencv, workers, slots, threads, port, metricsPort },
      `serving: curl -F image=@photo.jpg http://127.0.0.1:${port}${config.endpoint}`,
    );
    return supervisor.failed();
  }
}
