import cluster from 'node:cluster';
import { checkCores, printConfig, readConfig } from './config.js';

/**
 * The service with the settings of the environment, until a signal ends it; with `onlyPrint` it only shows them. Workers of the
 * cluster run the same command. Resolves to the exit status; rejects where it cannot start.
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
