import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Request, Response } from 'express';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../../config.js';
import { lingerMs } from '../body.js';
import { RequestError } from '../request-error.js';

export const streamPath = '/v1/stream';

/** The sub-protocol of the messages. A client that names sub-protocols must name it: browsers want one of theirs. */
const protocol = 'faces.v1';
/** Prefix of the sub-protocol that holds an API key in base64url: browsers can set no other header. */
const keyPrefix = 'key.';

interface Upgrade {
  socket: Socket;
  /** What the client has sent already. */
  head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** Notes that the connection of this request may become a WebSocket. */
export function noteUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
  upgrades.set(request, { socket, head });
}

/** The API key among the request's sub-protocols. */
export function protocolKey(request: IncomingMessage): string | undefined {
  const protocols = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  const given = protocols.find((name) => name.startsWith(keyPrefix));
  return given && Buffer.from(given.slice(keyPrefix.length), 'base64url').toString();
}

/**
 * Throws RequestError ORIGIN_NOT_ALLOWED for a page of another origin, unless `origins` has it: browsers let every page
 * open WebSockets everywhere and read from them.
 */
export function checkOrigin(request: Request, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return;
  const host = request.host as string | undefined; // HTTP/1.0 needs none
  if (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) return;
  throw new RequestError('ORIGIN_NOT_ALLOWED', 'pages of this origin may not use the service (CORS_ORIGINS)');
}

function upgradeRequired(response: Response, why: string): RequestError {
  const isLast = response.get('Connection') === 'close';
  response.set({ Upgrade: 'websocket', Connection: isLast ? 'close, Upgrade' : 'Upgrade' });
  return new RequestError('UPGRADE_REQUIRED', why);
}

/**
 * Makes the request's connection a WebSocket; the response is then over but for its `close`. Throws RequestError
 * UPGRADE_REQUIRED where the client asks for none, or for one of another version of the protocol (RFC 6455).
 */
export function acceptWebSocket(
  request: Request,
  response: Response,
  { maxBodyBytes }: Pick<Config, 'maxBodyBytes'>,
): WebSocket {
  const upgrade = upgrades.get(request);
  if (!upgrade) throw upgradeRequired(response, 'this path is for WebSockets: ask for one with Upgrade: websocket');
  const settings = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false, // a bomb would be unpacked by it
    maxPayload: maxBodyBytes,
    closeTimeout: lingerMs,
    handleProtocols: (names: Set<string>) => names.has(protocol) && protocol,
  };
  const server = new WebSocketServer(settings);
  server.once('headers', (headers: string[]) => headers.push(`X-Request-Id: ${response.get('X-Request-Id')}`));
  let opened: WebSocket | undefined;
  let reason = 'the connection has been closed';
  server.once('wsClientError', ({ message }: Error) => {
    reason = message;
  });
  response.detachSocket(upgrade.socket);
  server.handleUpgrade(request, upgrade.socket, upgrade.head, (webSocket) => {
    opened = webSocket;
  });
  if (opened) return opened;
  response.assignSocket(upgrade.socket);
  response.set('Sec-WebSocket-Version', '13');
  throw upgradeRequired(response, `no WebSocket: ${reason}`);
}
