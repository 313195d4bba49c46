import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mayUseNetwork } from '../library/permission.js';

/**
 * Resolves to the port that `server` listens on. Rejects if the port is unavailable, naming the `variable` that sets
 * it, and where Node's permission model allows no network, naming the flag.
 */
export function listen(server: Server, port: number, host: string | undefined, variable: string): Promise<number> {
  return new Promise((resolve, reject) => {
    mayUseNetwork();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.code})`;
      const message = `port ${port} ${reason}: set ${variable} to another one`;
      reject(Object.assign(new Error(message), { code: error.code }));
    });
    server.listen({ port, ...(host && { host }) }, () => resolve((server.address() as AddressInfo).port));
  });
}
