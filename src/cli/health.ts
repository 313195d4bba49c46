import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { readConfig } from '../service/config.js';
import type { Command } from './command.js';
import { parseFlags } from './flags.js';
import { setFromFlags, settingFlags } from './serve.js';
import { UsageError } from './usage-error.js';

// Container engines give up after a few seconds as well; the answer itself takes milliseconds.
const timeoutMs = 2000;

/** Turns a host to listen on into a host to connect to: for all addresses, this machine. */
function connectHost(host: string | undefined): string {
  if (!host || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Asks the service with these settings whether it takes requests. Resolves to 0, or to 1 after printing the reason. */
async function health(environment: NodeJS.ProcessEnv): Promise<number> {
  const { host, port } = readConfig(environment);
  const url = `http://${connectHost(host)}:${port}/readyz`;
  try {
    // Not fetch: loading it takes twice as long as the rest, and container engines ask every few seconds.
    const request = get(url, { signal: AbortSignal.timeout(timeoutMs), agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    console.log((await text(response)).trim());
    return response.statusCode === 200 ? 0 : 1;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(
      `opencv-face-detector: nothing answers at ${url}: ${code === 'ABORT_ERR' ? `not in ${timeoutMs} ms` : (code ?? message)}`,
    );
    return 1;
  }
}

const flags = settingFlags(['port', 'host']);

export const healthCommand: Command = {
  name: 'health',
  summary: 'ask the service on this machine whether it is ready',
  synopsis: ['[FLAG ...]'],
  about:
    "Asks the service on this machine (found by its settings) for /readyz: status 0 if it takes requests, otherwise 1 with the reason. For a container's health check.",
  flags: { Settings: flags },
  completes: [],
  examples: [['health --port 9000', 'a service on another port']],
  async run(args) {
    const { given, rest } = parseFlags(args, flags);
    if (rest.length > 0) throw new UsageError(`health takes flags only, got ${rest.join(' ')}`);
    const environment = { ...process.env };
    setFromFlags(given, environment);
    return health(environment);
  },
};
