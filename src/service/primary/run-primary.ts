import cluster from 'node:cluster';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { FaceDetectorError } from '../../library/face-detector-error.js';
import { hasKernels, type ModelName } from '../../library/model-catalog.js';
import { loadModelFiles } from '../../library/weights/load.js';
import { allowedMemory } from '../../system/memory.js';
import { packageRoot } from '../../system/package-root.js';
import type { Config } from '../config.js';
import { createLogger, type Logger } from '../log.js';
import { servicePeakBytes } from '../worker-memory.js';
import { standInVariable } from '../worker-messages.js';
import { checkFilms } from './check-films.js';
import { forkWorker } from './fork-worker.js';
import type { PendingHandoffs } from './handoffs.js';
import { serveMetrics } from './metrics-server.js';
import { MetricsSum } from './metrics-sum.js';
import { watchSharedPort } from './shared-port.js';
import { Supervisor } from './supervisor.js';

interface ChosenModels {
  models: readonly ModelName[];
  /** The model whose weights are missing; another one is served in its place. */
  standsInFor?: ModelName;
}

/**
 * The configured models, default first, after checking that their weights are there. If none was configured and mtcnn's
 * weights are missing, haar is used with a warning: a first `npm start` without network should show faces, not an
 * error.
 */
async function chooseModels({ models, modelsDir }: Config): Promise<ChosenModels> {
  const isConfigured = models.length > 0;
  const wanted = isConfigured ? models : (['mtcnn'] as const);
  try {
    for (const model of wanted) await loadModelFiles(model, modelsDir);
    return { models: wanted };
  } catch (error) {
    if (isConfigured || !(error instanceof FaceDetectorError) || error.code !== 'MODEL_MISSING') throw error;
    await loadModelFiles('haar', modelsDir);
    // Not process.stderr.write, whose error would end the process if nobody reads.
    console.error(
      `WARNING: ${error.message}\n` +
        "WARNING: serving with OpenCV's Haar cascade instead: it misses many faces, takes longer and gives no landmarks.\n" +
        'WARNING: fetch the weights and start again, or set FACE_DETECTION_MODEL=haar to keep it.',
    );
    return { models: ['haar'], standsInFor: 'mtcnn' };
  }
}

/**
 * Returns a function that forks workers running this same command. Native threads: one per slot, one for a short search
 * beside them, and two for file reads and name lookups.
 */
function forker(config: Config, { models, standsInFor }: ChosenModels, handoffs: Map<number, PendingHandoffs>) {
  cluster.setupPrimary({ exec: path.join(packageRoot, 'dist', 'cli.js'), args: ['serve'] });
  const environment = {
    FACE_DETECTION_MODEL: models[0],
    [standInVariable]: standsInFor ?? '',
    UV_THREADPOOL_SIZE: String(config.slots + 3),
  };
  return () => forkWorker(environment, handoffs);
}

/** Resolves to the name of the signal that stops the service; without a terminal, SIGHUP calls `onHangup` instead. */
function stopSignal(onHangup: () => void): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name));
    process.on('SIGHUP', () => {
      if (process.stdin.isTTY || process.stdout.isTTY) resolve('SIGHUP');
      else onHangup();
    });
  });
}

/** Warns at startup about a memory limit that would otherwise show only under the worst load. */
function warnOfMemory(config: Config, log: Logger): void {
  const peak = servicePeakBytes(config);
  const memory = allowedMemory();
  if (peak <= memory) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  log.warn(
    `at worst the service takes ${megabytes(peak)}, and it may use ${megabytes(memory)}: lower WORKERS, MAX_PIXELS or WAITING_BYTES`,
  );
}

/**
 * The primary: starts, restarts and replaces the workers, shares their port among them, and serves their metrics.
 * Resolves to the exit status after SIGTERM or SIGINT; rejects if the service cannot start or continue.
 */
export async function runPrimary(config: Config): Promise<number> {
  const log = createLogger(config, 'primary');
  let onStart: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    onStart = resolve;
  });
  // Wait for startup: some workers may already have read what has changed since.
  const reload = async () => {
    await started;
    log.info('SIGHUP: restarting the workers one by one');
    if (await supervisor.reload()) log.info('workers restarted');
  };
  warnOfMemory(config, log);
  const stopped = stopSignal(() => void reload());
  await checkFilms(config, log);
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
    const slow = loaded.find(({ name, engine }) => hasKernels(name) && engine !== 'fused');
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
