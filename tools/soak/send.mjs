import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

// Far beyond every deadline of the service: whoever waits longer will wait for ever.
const patienceMs = 180_000;

/**
 * Sends requests to a service and says what became of each, as `{ end, ... }`:
 *   answered    status, headers and the whole body are there
 *   left        the client went away first, as it was to
 *   refused     no connection
 *   stale       the connection was kept from an earlier request, and the service was closing it
 *   lost        accepted, but without a whole answer; `why`
 *   closed      garbage: the connection is over
 */
export class Sender {
  #kept = new Agent({ keepAlive: true });
  #service;

  constructor(service) {
    this.#service = service;
  }

  send(asked) {
    const started = performance.now();
    const ending = asked.method === 'RAW' ? this.#garbage(asked) : this.#ask(asked);
    return ending.then((result) => ({ ...result, ms: performance.now() - started }));
  }

  /** Closes connections that are kept. */
  rest() {
    this.#kept.destroy();
    this.#kept = new Agent({ keepAlive: true });
  }

  #open({ id, method, path, type, body, hasLength, waitsForContinue, keepsAlive }) {
    const isMetrics = method === 'METRICS';
    return httpRequest(new URL(isMetrics ? this.#service.metricsUrl : this.#service.origin), {
      method: isMetrics ? 'GET' : method,
      path,
      agent: keepsAlive ? this.#kept : false,
      headers: {
        'X-Request-Id': id,
        'X-Forwarded-For': `10.9.0.${Number(/\d+$/.exec(id)) % 8}`, // several clients, none of them an attacker
        ...(keepsAlive ? {} : { Connection: 'close' }),
        ...(type && { 'Content-Type': type }),
        ...(hasLength && { 'Content-Length': body.length }),
        ...(waitsForContinue && { Expect: '100-continue' }),
      },
    });
  }

  #ask(asked) {
    const request = this.#open(asked);
    const { leaves, waitsForContinue } = asked;
    return new Promise((resolve) => {
      let hasLeft = false;
      let response;
      let failure;
      const leave = () => {
        hasLeft = true;
        request.destroy();
      };
      const timer = setTimeout(() => request.destroy(new Error('no answer')), patienceMs);
      request.on('error', (error) => {
        failure = error.code ?? error.message;
      });
      request.on('response', (incoming) => {
        response = incoming;
        if (leaves?.at === 'reading') return leave();
        incoming.on('error', () => undefined); // the end of the request says it
        whenWhole(incoming, (body) => {
          resolve({ end: 'answered', status: incoming.statusCode, headers: incoming.headers, body });
        });
      });
      request.on('close', () => {
        clearTimeout(timer);
        if (hasLeft) resolve({ end: 'left' });
        else if (failure === 'ECONNREFUSED') resolve({ end: 'refused' });
        else if (request.reusedSocket && !response && isReset(failure)) resolve({ end: 'stale' });
        else resolve({ end: 'lost', why: response ? 'cut off' : failure });
      });
      if (leaves?.at === 'waiting') request.once('finish', () => setTimeout(leave, leaves.afterMs));
      if (waitsForContinue) request.once('continue', () => void write(request, asked, leave)).flushHeaders();
      else void write(request, asked, leave);
    });
  }

  #garbage({ wire, leaveMs }) {
    return new Promise((resolve) => {
      const { hostname } = new URL(this.#service.origin);
      const socket = connect(this.#service.port, hostname, () => socket.write(wire));
      const timer = setTimeout(() => socket.destroy(), leaveMs);
      socket.on('error', () => undefined); // refused by closing it
      socket.on('data', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve({ end: 'closed' });
      });
    });
  }
}

const isReset = (failure) => ['ECONNRESET', 'EPIPE'].includes(failure);

/** Calls back with the whole body of an answer, before the request ends; never where it is cut off. */
function whenWhole(incoming, take) {
  const chunks = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.on('end', () => incoming.complete && take(Buffer.concat(chunks)));
}

/** Sends the body in its pieces, as fast as the service takes them but for the gaps. */
async function write(request, { pieces = [], gapMs = 0, leaves }, leave) {
  const closed = new Promise((resolve) => request.once('close', resolve));
  for (const [i, piece] of pieces.entries()) {
    if (leaves?.at === 'sending' && i >= leaves.afterPieces) return leave();
    await Promise.race([closed, new Promise((resolve) => request.write(piece, resolve))]);
    if (gapMs > 0) await sleep(gapMs);
  }
  request.end();
}
