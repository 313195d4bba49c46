import { request } from 'node:http';
import { propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { hrTimeToMilliseconds, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { expect } from 'chai';
import type { Detection } from '#dist/library/detection.js';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { loadTracing, unrecorded } from '#dist/service/http/tracing.js';
import { serveFake } from '../../fixtures/fake-service.mjs';
import { eventually, form } from '../../fixtures/http.mjs';

const timings = { queue: 1.5, decode: 2.25, pnet: 4, encode: 0.5, total: 9 };
const found = { model: 'mtcnn', image: { width: 1, height: 1 }, faces: [], timings } as unknown as Detection;
const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const msOf = ({ startTime, endTime }: ReadableSpan) => hrTimeToMilliseconds(endTime) - hrTimeToMilliseconds(startTime);

describe('traces of requests', () => {
  const exporter = new InMemorySpanExporter();
  let detect: () => Promise<Detection>;
  let service: Awaited<ReturnType<typeof serveFake>>;
  let origin: string;

  before(async () => {
    const spanProcessors = [new SimpleSpanProcessor({ exporter })];
    const sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() });
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, sampler }));
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    service = await serveFake({}, () => detect(), { tracing: loadTracing() });
    ({ origin } = service);
  });
  after(() => {
    service.close();
    trace.disable();
    propagation.disable();
  });
  beforeEach(() => {
    detect = async () => found;
    exporter.reset();
  });

  const post = (path: string, headers: Record<string, string> = {}, ...names: string[]) =>
    fetch(origin + path, {
      method: 'POST',
      body: form(...names.map((name): [string, Buffer, string] => ['image', Buffer.from('pixels'), name])),
      headers,
    });

  /** The spans that have ended, by name, once the request's has. */
  async function spans(): Promise<ReadableSpan[]> {
    const ended = () => exporter.getFinishedSpans();
    await eventually('the end of the request', () => ended().some(({ kind }) => kind === SpanKind.SERVER));
    return ended();
  }

  const named = (list: ReadableSpan[], name: string): ReadableSpan => {
    const span = list.find((one) => one.name === name);
    if (!span) throw new Error(`no span is called ${name}, but ${list.map((one) => one.name).join(', ')}`);
    return span;
  };

  it('are children of the span in traceparent, with a span for each stage', async () => {
    const headers = { traceparent: `00-${traceId}-${parentId}-01`, 'X-Request-Id': 'one' };
    expect((await post('/v1/faces?maxFaces=3', headers, 'secret.jpg')).status).to.equal(200);
    const list = await spans();
    const root = named(list, 'POST /v1/faces');
    expect(root.parentSpanContext?.spanId).to.equal(parentId);
    expect(root.status.code).to.equal(SpanStatusCode.UNSET);
    expect(root.attributes).to.deep.equal({
      'http.request.method': 'POST',
      'url.path': '/v1/faces',
      'url.scheme': 'http',
      'http.response.header.x-request-id': ['one'],
      'http.route': '/v1/faces',
      'http.response.status_code': 200,
    });
    const search = named(list, 'search');
    const parents = list.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId]);
    const [own, inSearch] = [root.spanContext().spanId, search.spanContext().spanId];
    expect(parents).to.have.deep.members([
      ['POST /v1/faces', parentId],
      ['receive', own],
      ['search', own],
      ['queue', inSearch],
      ['decode', inSearch],
      ['pnet', inSearch],
      ['encode', inSearch],
    ]);
    for (const span of list) {
      const { name, attributes, events } = span;
      expect(span.spanContext().traceId).to.equal(traceId);
      if (name !== root.name) expect({ attributes, events }, name).to.deep.equal({ attributes: {}, events: [] });
    }
  });

  it('have the stages end to end from the beginning of the search, as long as they took', async () => {
    await post('/face', {}, 'a.jpg');
    const list = await spans();
    named(list, 'POST /face');
    let start = hrTimeToMilliseconds(named(list, 'search').startTime);
    for (const stage of ['queue', 'decode', 'pnet', 'encode'] as const) {
      const span = named(list, stage);
      expect(hrTimeToMilliseconds(span.startTime)).to.be.closeTo(start, 0.01);
      expect(msOf(span)).to.be.closeTo(timings[stage as keyof typeof timings], 0.01);
      start += timings[stage as keyof typeof timings];
    }
    for (const span of list) expect(msOf(span), span.name).to.be.at.least(0);
  });

  it('have a span for each image of a batch', async () => {
    await (await post('/v1/batch', {}, 'a.jpg', 'b.jpg')).text();
    const list = await spans();
    const images = list.filter(({ name }) => name === 'image');
    const searches = list.filter(({ name }) => name === 'search');
    expect(images.map((image) => image.parentSpanContext?.spanId)).to.deep.equal(
      Array(2).fill(named(list, 'POST /v1/batch').spanContext().spanId),
    );
    expect(searches.map((search) => search.parentSpanContext?.spanId)).to.have.members(
      images.map((image) => image.spanContext().spanId),
    );
  });

  it('are errors where the service failed, and not where the client did', async () => {
    const cases = [
      ['INTERNAL', 500, new Error('at /home/somebody: secret.jpg'), SpanStatusCode.ERROR],
      ['OUT_OF_MEMORY', 503, new FaceDetectorError('OUT_OF_MEMORY', 'no memory'), SpanStatusCode.ERROR],
      ['CORRUPT_IMAGE', 422, new FaceDetectorError('CORRUPT_IMAGE', 'secret.jpg'), SpanStatusCode.UNSET],
    ] as const;
    for (const [code, status, error, expected] of cases) {
      exporter.reset();
      detect = () => Promise.reject(error);
      expect((await post('/v1/faces', {}, 'secret.jpg')).status).to.equal(status);
      const list = await spans();
      const root = named(list, 'POST /v1/faces');
      expect(root.attributes['http.response.status_code']).to.equal(status);
      for (const span of [root, named(list, 'search')]) {
        expect(span.attributes['error.type']).to.equal(code);
        expect(span.status).to.deep.equal({ code: expected });
        expect(span.events).to.deep.equal([]);
      }
      expect(named(list, 'receive').attributes).to.deep.equal({});
    }
  });

  it('tell of a path without a route, and of a client that has gone', async () => {
    await fetch(`${origin}/nowhere`);
    const [lost] = await spans();
    expect(lost?.name).to.equal('GET');
    expect(lost?.attributes).to.include({ 'error.type': 'NOT_FOUND', 'http.response.status_code': 404 });
    expect(lost?.attributes).to.not.have.property('http.route');

    exporter.reset();
    detect = () => {
      gone.destroy();
      return new Promise(() => undefined);
    };
    const gone = request(`${origin}/v1/faces`, { method: 'POST', headers: { 'Content-Type': 'image/png' } });
    gone.on('error', () => undefined).end('pixels');
    const list = await spans();
    for (const name of ['POST /v1/faces', 'search'])
      expect(named(list, name).attributes, name).to.include({ 'error.type': 'ABORTED' });
    expect(named(list, 'POST /v1/faces').attributes).to.not.have.property('http.response.status_code');
  });

  it('are not made of requests that their caller does not sample', async () => {
    await post('/v1/faces', { traceparent: `00-${traceId}-${parentId}-00` }, 'a.jpg');
    await post('/face', {}, 'a.jpg');
    const list = await spans();
    expect(list.filter(({ kind }) => kind === SpanKind.SERVER).map(({ name }) => name)).to.deep.equal(['POST /face']);
    expect(list.filter(({ name }) => name === 'search')).to.have.length(1);
  });

  it('are not recorded without an SDK', async () => {
    trace.disable();
    const { request: start, flush } = loadTracing();
    const asked = { method: 'GET', path: '/', protocol: 'http', headers: {} } as unknown as Parameters<typeof start>[0];
    expect(start(asked, 'one')).to.equal(unrecorded);
    await flush();
  });
});
