import cluster from 'node:cluster';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { FaceDetectorError } from '../errors.js';
import { loadModelFiles } from '../library/weights/load.js';
import type { ModelName } from '../models.js';
import { packageRoot } from '../paths.js';
import type { Config } from './config.js';
import { createLogger } from './log.js';
import { closeLostConnections, type OnTheirWay } from './lost-connections.js';
import { serveMetrics } from './metrics-server.js';
import { MetricsSum } from './metrics-sum.js';
import { standInVariable } from './service.js';
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

/**
 * Forks workers that run this same command; the pool of native threads fits the slots, two more are for files and names. Adds to
 * `onTheirWay` for each the connections that it has not taken yet.
 */
function forker(config: Config, { models, standsInFor }: ChosenModels, onTheirWay: Map<number, OnTheirWay>) {
  cluster.setupPrimary({ exec: path.join(packageRoot, 'dist', 'cli.js'), args: ['serve'] });
  const environment = {
    FACE_DETECTION_MODEL: models[0],
    [standInVariable]: standsInFor ?? '',
    UV_THREADPOOL_SIZE: String(config.slots + 2),
  };
  return () => {
    const worker = cluster.fork(environment);
    const connections = closeLostConnections(worker);
    onTheirWay.set(worker.id, connections);
    worker.once('exit', () => onTheirWay.delete(worker.id));
    return Object.assign(worker, { untakenMs: () => connections.oldestMs() });
  };
}

/** Resolves with the name of the signal that ends the service; SIGHUP without a terminal reloads. */
function stopSignal(reload: () => void): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name));
    process.on('SIGHUP', () => {
      if (process.stdin.isTTY || process.stdout.isTTY) resolve('SIGHUP');
      else reload();
    });
  });
}

/**
 * The process that starts the workers, shares their port among them, replaces and restarts them, and answers for their metrics.
 * Resolves to the exit status after SIGTERM or SIGINT; rejects where the service cannot start or go on.
 */
export async function runPrimary(config: Config): Promise<number> {
  const log = createLogger(config, 'primary');
  const reload = () => {
    log.info('SIGHUP: replacing the workers one by one');
    void supervisor.reload().then(() => log.info('the workers are replaced'));
  };
  const stopped = stopSignal(reload);
  const chosen = await chooseModels(config);
  const metrics: MetricsSum = new MetricsSum(() => supervisor.readyWorkers);
  const onTheirWay = new Map<number, OnTheirWay>();
  const closePort = watchSharedPort(() => [...onTheirWay.values()].reduce((sum, one) => sum + one.count(), 0));
  const supervisor: Supervisor = new Supervisor(config, forker(config, chosen, onTheirWay), log, metrics);
  const metricsServer = await serveMetrics(metrics, config, log);
  try {
    const signal = await Promise.race([stopped, runWorkers()]);
    log.info(`${signal}: answering what has come, then stopping`);
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
