import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { noteUpgrade, streamPath } from '../http/stream/web-socket.js';

/** Whether a request is for a WebSocket at `streamPath`. One with a body is none. */
export const isForStream = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined &&
  url.split('?')[0] === streamPath;

/** The request's header without the wish for another protocol, and for one request only. */
function plainHead({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1');
}

/** Gives the application a request whose connection may become a WebSocket; without one, its answer closes it. */
function ask(application: RequestListener, request: IncomingMessage, socket: Socket): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.setHeader('Connection', 'close');
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.destroySoon();
    response.emit('close');
  });
  application(request, response);
}

/**
 * Lets `application` answer requests for WebSockets at `streamPath`. Where a server knows no `shouldUpgradeCallback`, Node.js hands over every
 * request that names another protocol once there is a listener: all others (clients of HTTP/2 ask so on their first request) are answered as
 * if they had not, which RFC 9110, section 7.8, allows. Gives a function that cuts the connections that have been upgraded.
 */
export function handleUpgrades(http: Server, application: RequestListener): () => void {
  const sockets = new Set<Socket>();
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!isForStream(request)) {
      socket.unshift(Buffer.concat([plainHead(request), head]));
      http.emit('connection', socket);
      return;
    }
    socket.on('error', () => undefined); // its `close` follows
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    noteUpgrade(request, socket, head);
    ask(application, request, socket);
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
