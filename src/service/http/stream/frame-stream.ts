import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { OptionRules } from '../../../library/detect-options.js';
import { FaceDetectorError } from '../../../library/face-detector-error.js';
import { trackingTable } from '../../../library/films/tracking-options.js';
import { type TrackedFace, Tracks } from '../../../library/films/tracks.js';
import type { HeldBytes } from '../admission.js';
import { problem } from '../answer.js';
import { bodyTooLarge } from '../body.js';
import { clientDisconnected, publicError, RequestError } from '../request-error.js';
import { parseOptions, queryEntries, type RequestOptions } from '../request-options.js';
import { search } from '../search.js';
import type { Service } from '../service.js';
import { unrecorded } from '../tracing.js';
import { type Frame, NewestFrame } from './newest-frame.js';
import { streamPath } from './web-socket.js';

/** Options of a stream: how its frames are searched and how faces are followed. */
export type StreamOptions = RequestOptions & { maxGap?: number };

/** Those of a search without what only an answer about one image has, and how long a face is followed. */
export function streamRules({ orientation: _o, truncated: _t, faceQuality: _f, ...rules }: OptionRules): OptionRules {
  return { ...rules, maxGap: trackingTable.maxGap };
}

/** One client's stream. */
export interface StreamClient {
  webSocket: WebSocket;
  /** The request's URL, with the options. */
  url: string;
  /** As admission knows it. */
  client: string;
  requestId: string;
  held: HeldBytes;
}

/** How a stream has ended. */
export interface StreamEnd {
  frames: number;
  dropped: number;
  /** Why the service has ended it; absent if its client has. */
  error?: unknown;
}

// Of RFC 6455, section 7.4.1, and of its registry. 1008: the client does not keep to the rules.
const closeCodes: Readonly<Record<string, number>> = {
  SHUTTING_DOWN: 1001,
  UNSUPPORTED_FORMAT: 1003,
  INTERNAL: 1011,
  OVERLOADED: 1013,
};
const otherCloseCode = 1008;

// How ws names a message beyond its limit.
const tooLarge = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

const isOpen = (webSocket: WebSocket) => webSocket.readyState === webSocket.OPEN;

/** What is told of a face: its smoothed box, without the one found in this very frame. */
const publicFace = ({ found: _, ...face }: TrackedFace) => face;

/**
 * Searches the frames that a client sends by WebSocket and follows their faces, until either side ends it. Each frame
 * waits for a seat as an image of a batch does; meanwhile the newest one replaces those before. Never rejects.
 */
export class FrameStream {
  readonly #service: Service;
  readonly #stream: StreamClient;
  readonly #frames: NewestFrame;
  readonly #left = new AbortController();

  constructor(service: Service, stream: StreamClient) {
    this.#service = service;
    this.#stream = stream;
    this.#frames = new NewestFrame(stream.held, () => service.metrics.frame('dropped'));
  }

  async run(): Promise<StreamEnd> {
    const { config, draining } = this.#service;
    const frames = this.#frames;
    const stop = (code: 'SHUTTING_DOWN' | 'DEADLINE', why: string) => frames.end(new RequestError(code, why));
    const drain = () => stop('SHUTTING_DOWN', 'the service is stopping: open another stream');
    const late = () => stop('DEADLINE', `a stream may last ${config.streamTimeoutMs} ms: open another`);
    const timer = setTimeout(late, config.streamTimeoutMs);
    draining.addEventListener('abort', drain);
    const closed = this.#listen();
    const reason = await this.#answerAll().catch((error: unknown) => frames.ended ?? error);
    clearTimeout(timer);
    draining.removeEventListener('abort', drain);
    const hasLeft = reason === this.#left.signal.reason;
    if (!hasLeft) await this.#endWith(reason);
    await closed;
    return { frames: frames.received, dropped: frames.dropped, ...(!hasLeft && { error: reason }) };
  }

  /** Takes what the client sends. Resolves when the connection is closed. */
  #listen(): Promise<void> {
    const { webSocket } = this.#stream;
    const frames = this.#frames;
    webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) frames.put(data);
      else frames.end(new FaceDetectorError('UNSUPPORTED_FORMAT', 'each frame must be a binary message'));
    });
    // ws then closes the connection itself, with the code of what is wrong.
    webSocket.on('error', ({ code = '', message }: NodeJS.ErrnoException) => {
      if (code === tooLarge) frames.end(bodyTooLarge(this.#service.config.maxBodyBytes));
      else if (code.startsWith('WS_ERR')) frames.end(new RequestError('MALFORMED_BODY', message));
    });
    return new Promise((resolve) => {
      webSocket.once('close', () => {
        const left = clientDisconnected();
        this.#left.abort(left);
        frames.end(left);
        resolve();
      });
    });
  }

  /** Counts bytes as they arrive on the connection below the WebSocket, before they are complete messages. */
  countBytes(bytes: number): void {
    this.#frames.receive(bytes);
    if (this.#frames.ended && isOpen(this.#stream.webSocket)) this.#stream.webSocket.pause();
  }

  async #answerAll(): Promise<never> {
    const { config, rules } = this.#service;
    const { maxGap, ...options }: StreamOptions = parseOptions(queryEntries(this.#stream.url), streamRules(rules));
    const tracks = new Tracks(maxGap ?? trackingTable.maxGap.default);
    const intervalMs = 1000 / config.streamFrameRate;
    while (true) {
      const frame = await this.#frames.take(config.bodyTimeoutMs);
      const began = performance.now();
      const answer = await this.#answer(frame, options, tracks);
      this.#frames.done(frame);
      await this.#send(answer);
      const restMs = began + intervalMs - performance.now();
      if (restMs > 0) await pause(restMs, undefined, { signal: this.#left.signal });
    }
  }

  /** The answer to one frame. Throws defects, and where the client has left. */
  async #answer({ index, time, bytes }: Frame, options: RequestOptions, tracks: Tracks): Promise<object> {
    const { admission, metrics } = this.#service;
    const { client, requestId } = this.#stream;
    const clientSignal = this.#left.signal;
    try {
      const asked = { image: bytes, route: streamPath, options, clientSignal, span: unrecorded };
      const { image, faces, timings } = await admission.withSeatWhenFree(client, clientSignal, (seat) =>
        search(this.#service, 'detect', { ...asked, seat }),
      );
      metrics.frame('answered');
      const followed = tracks.step(faces, time, image).map(publicFace);
      return { index, time, ...image, faces: followed, dropped: this.#frames.dropped, timings };
    } catch (error) {
      clientSignal.throwIfAborted();
      const known = publicError(error);
      if (known.status === 500) throw error;
      metrics.frame('failed');
      return { index, time, error: problem(known, requestId), dropped: this.#frames.dropped };
    }
  }

  /** Sends a message; a client that has not read it within BODY_TIMEOUT_MS is cut off. */
  async #send(message: object): Promise<void> {
    const { webSocket, held } = this.#stream;
    if (!isOpen(webSocket)) throw clientDisconnected();
    const { bodyTimeoutMs } = this.#service.config;
    const text = JSON.stringify(message);
    held.count(text.length);
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          this.#frames.end(new RequestError('ABORTED', 'the client stopped reading the answers'));
          webSocket.terminate(); // after which `send` fails
        }, bodyTimeoutMs);
        webSocket.send(text, (error) => {
          clearTimeout(timer);
          if (error) reject(clientDisconnected());
          else resolve();
        });
      });
    } finally {
      held.free(text.length);
    }
  }

  /** Tells the client why the stream ends, and closes it. */
  async #endWith(error: unknown): Promise<void> {
    const { webSocket, requestId } = this.#stream;
    const known = publicError(error);
    if (known.status === 500) this.#service.log.error({ err: error, requestId }, 'a stream failed');
    try {
      await this.#send({ error: problem(known, requestId) });
    } catch {
      // It has closed, or does not read.
    }
    webSocket.resume();
    webSocket.close(closeCodes[known.code] ?? otherCloseCode, known.code);
  }
}
