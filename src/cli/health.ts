import { readConfig } from '../server/config.js';
import { UsageError } from '../usage.js';

// A container engine gives up after a few seconds as well; the answer itself takes milliseconds.
const timeoutMs = 2000;

/** A host to listen on as a host to ask: an address that stands for all of them is this machine. */
function askable(host: string | undefined): string {
  if (!host || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** `health`: asks the service with the settings of this environment whether it takes requests. Resolves to 0, or to 1 with the reason. */
export async function health(args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new UsageError(`health takes no arguments, got ${args.join(' ')}`);
  const { host, port } = readConfig(process.env);
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
