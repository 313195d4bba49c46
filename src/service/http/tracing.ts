import { setTimeout } from 'node:timers/promises';
import type { Context, HrTime, Span as OpenSpan, SpanOptions } from '@opentelemetry/api';
import type { Request } from 'express';
import type { Timings } from '../../library/detection.js';
import { publicError } from './request-error.js';

type Api = typeof import('@opentelemetry/api');

/** A part of a request's trace. Attributes never hold image content, file names or option values. */
export interface Span {
  /** Runs `work` within a child span, and settles like it. */
  run<T>(name: string, work: (span: Span) => Promise<T>): Promise<T>;
  /** Adds a child span for each stage of the search that this span has run: end to end, in the order in which they ran. */
  addStages(timings: Timings): void;
}

/** How a request ended, as the log and the metrics have it. */
export interface RequestEnd {
  method: string;
  route: string | undefined;
  /** Absent if the client disconnected before it had the answer. */
  status: number | undefined;
  code: string;
}

/** The span of a whole request. */
export interface RequestSpan extends Span {
  end(how: RequestEnd): void;
}

/** What records the spans of this process. */
export interface Tracing {
  /** Starts the span of a request whose id is `requestId`. */
  request(request: Request, requestId: string): RequestSpan;
  /** Resolves when the spans that have ended are sent, or could not be within a second. */
  flush(): Promise<void>;
}

/** Stands for the spans of a request that nobody records. */
export const unrecorded: RequestSpan = {
  run: (_name, work) => work(unrecorded),
  addStages: () => undefined,
  end: () => undefined,
};

/** Records nothing. */
export const noTracing: Tracing = { request: () => unrecorded, flush: async () => undefined };

const flushMs = 1000;

/** Milliseconds of performance.now() as time of day; one for a whole trace, since the system's clock may be set meanwhile. */
function clock(): (ms: number) => HrTime {
  const offset = Date.now() - performance.now();
  return (ms) => {
    const time = offset + ms;
    const seconds = Math.floor(time / 1000);
    return [seconds, Math.floor((time - seconds * 1000) * 1e6)];
  };
}

class RecordedSpan implements RequestSpan {
  readonly #api: Api;
  readonly #timeOf: (ms: number) => HrTime;
  readonly #startMs: number;
  readonly #span: OpenSpan;
  readonly #context: Context;

  constructor(api: Api, timeOf: (ms: number) => HrTime, parent: Context, name: string, options: SpanOptions = {}) {
    this.#api = api;
    this.#timeOf = timeOf;
    this.#startMs = performance.now();
    this.#span = this.#start(name, this.#startMs, parent, options);
    this.#context = api.trace.setSpan(parent, this.#span);
  }

  get isRecording(): boolean {
    return this.#span.isRecording();
  }

  async run<T>(name: string, work: (span: Span) => Promise<T>): Promise<T> {
    const child = new RecordedSpan(this.#api, this.#timeOf, this.#context, name);
    try {
      return await work(child);
    } catch (error) {
      const { code, status } = publicError(error);
      child.#fail(code, status);
      throw error;
    } finally {
      child.#span.end(this.#timeOf(performance.now()));
    }
  }

  addStages({ total: _, ...stages }: Timings): void {
    let startMs = this.#startMs;
    for (const [name, ms] of Object.entries(stages)) {
      const stage = this.#start(name, startMs, this.#context);
      startMs += ms;
      stage.end(this.#timeOf(startMs));
    }
  }

  end({ method, route, status, code }: RequestEnd): void {
    if (route !== undefined) this.#span.updateName(`${method} ${route}`).setAttribute('http.route', route);
    if (status !== undefined) this.#span.setAttribute('http.response.status_code', status);
    if (code !== 'OK') this.#fail(code, status);
    this.#span.end(this.#timeOf(performance.now()));
  }

  #start(name: string, startMs: number, parent: Context, options?: SpanOptions): OpenSpan {
    const tracer = this.#api.trace.getTracer('opencv-face-detector');
    return tracer.startSpan(name, { ...options, startTime: this.#timeOf(startMs) }, parent);
  }

  /** A client's mistake is no error of this span's, as the semantic conventions have it. */
  #fail(code: string, status = 0): void {
    this.#span.setAttribute('error.type', code);
    if (status >= 500) this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
  }
}

function loadApi(): Api | undefined {
  try {
    return require('@opentelemetry/api') as Api;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

interface Flushing {
  forceFlush?: () => Promise<void>;
}

/** For a worker that stops: node:cluster ends it without the events in which an SDK sends its last spans. */
async function flush({ trace }: Api): Promise<void> {
  const provider = trace.getTracerProvider() as Flushing & { getDelegate?: () => Flushing };
  const sdk = provider.getDelegate?.() ?? provider;
  const sent = sdk.forceFlush?.().catch(() => undefined); // the SDK reports it
  await Promise.race([sent, setTimeout(flushMs, undefined, { ref: false })]);
}

/**
 * Traces requests by the SDK that the operator has registered with the optional package `@opentelemetry/api`, as
 * children of the span in their `traceparent`. Without the package, without an SDK and for requests that are not sampled
 * nothing is recorded.
 */
export function loadTracing(): Tracing {
  const api = loadApi();
  if (!api) return noTracing;
  return {
    request: ({ method, path, protocol, headers }, requestId) => {
      const parent = api.propagation.extract(api.ROOT_CONTEXT, headers);
      const span = new RecordedSpan(api, clock(), parent, method, {
        kind: api.SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          'url.path': path.slice(0, 200),
          'url.scheme': protocol,
          'http.response.header.x-request-id': [requestId],
        },
      });
      return span.isRecording ? span : unrecorded;
    },
    flush: () => flush(api),
  };
}
