import cluster from 'node:cluster';
import { UsageError } from '../usage.js';
import { checkCores, printConfig, readConfig } from './config.js';

/**
 * `serve [--print-config]`: the service, until a signal ends it, or its settings. Workers of the cluster run the same command.
 * Resolves to the exit status; rejects where it cannot start.
 */
export async function serve(args: readonly string[]): Promise<number> {
  if (cluster.isWorker) return (await import('./worker.js')).runWorker();
  const [flag, ...rest] = args;
  if (rest.length > 0 || (flag !== undefined && flag !== '--print-config')) {
    throw new UsageError(`serve takes --print-config only, got ${args.join(' ')}`);
  }
  const config = readConfig(process.env);
  checkCores(config);
  if (flag) {
    process.stdout.write(printConfig(config));
    return 0;
  }
  return (await import('./primary.js')).runPrimary(config);
}
