import { EnvHttpProxyAgent, fetch } from 'undici';
import { type ManifestFile, mismatch } from '../model-catalog.js';
import type { Offer } from './folder-source.js';

/** Downloads a file from its origin, through HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export async function download(
  file: ManifestFile,
  timeoutMs: number,
  progress: (received: number) => void,
): Promise<Offer> {
  if (file.url === undefined) return { fault: 'nobody publishes it in this form' };
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const response = await fetch(file.url, { dispatcher, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok || !response.body) return { fault: `HTTP ${response.status}` };
    const parts: Uint8Array[] = [];
    let received = 0;
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      received += part.byteLength;
      if (received > file.bytes) return { fault: `more than ${file.bytes} bytes` };
      parts.push(part);
      progress(received);
    }
    const bytes = Buffer.concat(parts);
    const fault = mismatch(bytes, file);
    return fault ? { fault } : { bytes };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return { fault: cause?.message ? `${message} (${cause.message})` : message };
  } finally {
    await dispatcher.destroy();
  }
}
