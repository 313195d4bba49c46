import { readConfig } from '../server/config.js';
import { UsageError } from '../usage.js';
import type { Command } from './command.js';
import { parseFlags } from './flags.js';
import { setFromFlags, settingFlags } from './serve.js';

// A container engine gives up after a few seconds as well; the answer itself takes milliseconds.
const timeoutMs = 2000;

/** A host to listen on as a host to ask: an address that stands for all of them is this machine. */
function askable(host: string | undefined): string {
  if (!host || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Asks the service of these settings whether it takes requests. Resolves to 0, or to 1 with the reason. */
async function health(environment: NodeJS.ProcessEnv): Promise<number> {
  const { host, port } = readConfig(environment);
  const url = `http://${askable(host)}:${port}/readyz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const text = (await response.text()).trim();
    console.log(text);
    return response.ok ? 0 : 1;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
    console.error(`opencv-face-detector: nothing answers at ${url}: ${cause?.code ?? message}`);
    return 1;
  }
}

const flags = settingFlags(['port', 'host']);

export const healthCommand: Command = {
  name: 'health',
  summary: 'ask the service here whether it takes requests',
  synopsis: ['[FLAG ...]'],
  about:
    "Asks the service of this machine's settings for /readyz: status 0 if it takes requests, 1 with the reason if not. For a container's health check.",
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
