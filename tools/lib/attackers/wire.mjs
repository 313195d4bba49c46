import { setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Header of a POST to the service. */
export const postHead = (path, type, length) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

/** Waits for an event of a connection, or for its end. */
export function eventOf(socket, name) {
  if (socket.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      socket.off(name, done).off('close', done);
      resolve();
    };
    socket.on(name, done).on('close', done);
  });
}

/** A connection whose errors do not matter, which `signal` ends. */
export async function open(port, signal, options = {}) {
  const socket = connect({ port, host: '127.0.0.1', ...options });
  socket.on('error', () => undefined);
  setMaxListeners(0, signal);
  const end = () => socket.destroy();
  signal.addEventListener('abort', end);
  socket.on('close', () => signal.removeEventListener('abort', end));
  if (signal.aborted) end();
  await eventOf(socket, 'connect');
  return socket;
}

/** Sends a whole POST and waits for the first bytes of the answer, or the connection's end. */
export async function post(port, path, type, body, signal) {
  const socket = await open(port, signal);
  socket.write(postHead(path, type, body.length));
  socket.write(body);
  await eventOf(socket, 'data');
  socket.destroy();
}

/** A connection that is a WebSocket for frames, unless it is refused. */
export async function openWebSocket(port, query, signal) {
  const socket = await open(port, signal);
  const version = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
  socket.write(
    `GET /v1/stream${query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${version}\r\n`,
  );
  await eventOf(socket, 'readable');
  return socket;
}

/** A client's frame of the WebSocket protocol (RFC 6455, section 5.2), masked by zeros: `opcode` 2 is a binary message, 9 a ping. */
export function frameOf(payload, opcode = 2) {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

/** Calls `act` again and again from `count` clients until `signal` aborts; a moment apart, where it comes back at once. */
export function repeat(count, signal, act) {
  const client = async (number) => {
    while (!signal.aborted) {
      const started = performance.now();
      await act(number);
      if (performance.now() - started < 50) await pause(50);
    }
  };
  return Promise.all(Array.from({ length: count }, (_, number) => client(number)));
}
