import cluster from 'node:cluster';
import { checkCores, printConfig, readConfig } from './config.js';

/**
 * Runs the service, configured by the environment, until a signal ends it; with `onlyPrint` it only prints the
 * configuration. Cluster workers run this same command. Resolves to the exit status; rejects if it cannot start.
 */
export async function serve(onlyPrint: boolean): Promise<number> {
  if (cluster.isWorker) return (await import('./worker/run-worker.js')).runWorker();
  const config = readConfig(process.env);
  checkCores(config);
  if (onlyPrint) {
    process.stdout.write(printConfig(config));
    return 0;
  }
  return (await import('./primary/run-primary.js')).runPrimary(config);
}
