import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import sharp from 'sharp';
import { needWeights } from '../fixtures/available.mjs';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { eventually, form, openWire } from '../fixtures/http.mjs';
import { logLines, type Service, startService } from '../fixtures/service.mjs';

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

/** One request and the status that it must get. */
type Call = [
  method: string,
  path: string,
  status: number,
  body?: FormData | Buffer | string | undefined,
  headers?: Record<string, string>,
];

describe('the API description', () => {
  const key = { 'X-API-Key': 'a-key-of-sixteen-letters' };
  let service: Service;
  let description: Description;
  let ajv: Ajv2020;
  before(async function () {
    needWeights(this);
    service = await startService({
      WORKERS: '1',
      API_KEYS: key['X-API-Key'],
      MAX_BODY_BYTES: '400000',
    });
    description = (await (await fetch(`${service.origin}/openapi.json`, { headers: key })).json()) as Description;
    ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema({ $id: 'description', ...description });
  });
  after(() => service?.stop());

  /** The schema for an answer, found by the path's own entry; throws where the description does not know it. */
  function schemaOf(method: string, path: string, status: number, type: string): object {
    const route = path.split('?')[0] ?? '';
    const response = description.paths[route]?.[method.toLowerCase()]?.responses[String(status)];
    const schema = response?.content?.[type]?.schema;
    if (!schema) throw new Error(`${method} ${route} ${status} ${type} is not described`);
    // References of the description are found where it was added.
    return JSON.parse(JSON.stringify(schema).replaceAll('#/components', 'description#/components')) as object;
  }

  it('is OpenAPI 3.1 and describes every route', () => {
    expect(description.openapi).to.equal('3.1.0');
    expect(Object.keys(description.paths)).to.deep.equal([
      '/face',
      '/v1/faces',
      '/v1/batch',
      '/v1/stream',
      '/v1/annotate',
      '/v1/redact',
      '/v1/crops',
      '/v1/crop',
      '/v1/focal-point',
      '/v1/models',
      '/healthz',
      '/readyz',
    ]);
  });

  it('is what every operation answers, in success and in failure', async () => {
    const png = standardPng();
    const image = () => form(['image', png]);
    const type = { ...key, 'Content-Type': 'image/png' };
    const calls: Call[] = [
      ['POST', '/face', 200, image(), key],
      ['POST', '/face', 400, form(['other', png]), key],
      ['POST', '/face', 401, image()],
      ['POST', '/face', 413, form(['image', Buffer.alloc(400_001)]), key],
      ['POST', '/face', 415, form(['image', Buffer.from('text')]), key],
      ['POST', '/face', 422, form(['image', Buffer.alloc(0)]), key],
      ['GET', '/face', 200, undefined, key],
      ['GET', '/face', 401],
      ['POST', '/v1/faces', 200, image(), key],
      ['POST', '/v1/faces?maxFaces=1', 200, png, type],
      ['POST', '/v1/faces?maxFaces=0', 400, png, type],
      ['POST', '/v1/faces', 401, png],
      ['POST', '/v1/faces', 413, Buffer.alloc(400_001), type],
      ['POST', '/v1/faces', 415, 'text', { ...key, 'Content-Type': 'text/plain' }],
      ['POST', '/v1/faces', 422, '', type],
      ['POST', '/v1/batch', 200, form(['image', png], ['image', Buffer.from('text')]), key],
      ['POST', '/v1/batch', 400, form(['note', 'x']), key],
      ['POST', '/v1/batch', 401, image()],
      ['GET', '/v1/stream', 426, undefined, key],
      ['GET', '/v1/stream?maxGap=11', 400, undefined, key],
      ['GET', '/v1/stream', 401],
      ['GET', '/v1/stream', 403, undefined, { ...key, Origin: 'https://other.example' }],
      ['POST', '/v1/annotate', 200, image(), key],
      ['POST', '/v1/annotate?format=webp', 200, png, type],
      ['POST', '/v1/annotate?landmarks=1', 400, png, type],
      ['POST', '/v1/redact?mode=fill&format=jpeg', 200, image(), key],
      ['POST', '/v1/redact', 401, image()],
      ['POST', '/v1/redact', 415, 'text', { ...key, 'Content-Type': 'text/plain' }],
      ['POST', '/v1/faces?faceQuality=true&maxYaw=80', 200, png, type],
      ['POST', '/v1/batch?faceQuality=true&maxYaw=80', 200, form(['image', png]), key],
      ['POST', '/v1/redact?except=0;1&regions=1,2,30,40', 200, png, type],
      ['POST', '/v1/redact?except=99', 400, png, type],
      ['POST', '/v1/crop?width=40&height=30', 200, png, type],
      ['POST', '/v1/crop', 400, png, type],
      ['POST', '/v1/focal-point', 200, image(), key],
      ['POST', '/v1/crops?faceQuality=true&minSharpness=1', 200, image(), key],
      ['POST', '/v1/crops', 200, image(), key],
      ['POST', '/v1/crops?align=false&margin=0.2&format=webp', 200, image(), key],
      ['POST', '/v1/crops?margin=0.2', 400, image(), key],
      ['GET', '/v1/models', 200, undefined, key],
      ['GET', '/v1/models', 401],
      ['GET', '/healthz', 200],
      ['GET', '/readyz', 200],
    ];
    const driven = new Set<string>();
    for (const [method, path, status, body, headers = {}] of calls) {
      const response = await fetch(service.origin + path, {
        method,
        headers,
        ...(body !== undefined && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : body }),
      });
      const name = `${method} ${path} ${status}`;
      expect(response.status, name).to.equal(status);
      const contentType = response.headers.get('content-type') ?? '';
      const validate = ajv.compile(schemaOf(method, path, status, contentType));
      const bytes = Buffer.from(await response.arrayBuffer());
      if (contentType.startsWith('image/')) {
        expect(`image/${(await sharp(bytes).metadata()).format}`, name).to.equal(contentType);
      } else {
        const text = bytes.toString();
        for (const line of contentType === 'application/x-ndjson' ? text.trimEnd().split('\n') : [text]) {
          expect(validate(JSON.parse(line)), `${name}: ${line}\n${ajv.errorsText(validate.errors)}`).to.equal(true);
        }
      }
      driven.add(`${method} ${path.split('?')[0]}`);
    }
    const described = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...driven]).to.have.members(described);
  });

  it('refuses what it does not describe: its schemas are closed', () => {
    const validate = ajv.compile({ $ref: 'description#/components/schemas/Problem' });
    expect(validate({ code: 'NONSENSE' })).to.equal(false);
    const face = ajv.compile({ $ref: 'description#/components/schemas/Face' });
    expect(face({ box: { x: 0, y: 0, width: 1, height: 1 }, confidence: 1, more: true })).to.equal(false);
    expect(face({ box: { x: 0, y: 0, width: 1, height: 1 }, confidence: 1 })).to.equal(true);
  });

  it('is shown by Swagger UI at /docs, with nothing from elsewhere', async () => {
    const page = await (await fetch(`${service.origin}/docs`, { headers: key })).text();
    const sources = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
    expect(sources).to.have.length(3);
    for (const source of sources) {
      const response = await fetch(new URL(source, `${service.origin}/docs`), { headers: key });
      expect(response.status, source).to.equal(200);
      expect(response.headers.get('content-type')).to.match(/css|javascript/);
      await response.arrayBuffer();
    }
    for (const file of ['package.json', 'index.html', 'swagger-ui-bundle.js.map', '..%2fpackage.json']) {
      expect((await fetch(`${service.origin}/docs/${file}`, { headers: key })).status, file).to.equal(404);
    }
  });
  // Express tells a callback of sendFile of clients who leave; they were logged as failed requests, INTERNAL.
  it('takes a client that leaves in the midst of a file for one that has left', async () => {
    const path = '/docs/swagger-ui-bundle.js';
    const left = () => logLines(service, 'request').filter((line) => line['path'] === path && line['status'] === 499);
    await eventually('a client has left before the end', async () => {
      const { socket, closed, until } = await openWire(service.origin);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\nX-API-Key: ${key['X-API-Key']}\r\n\r\n`);
      await until(/200 OK/);
      socket.destroy();
      await closed;
      return left().length >= 3;
    });
    expect(logLines(service, 'a request failed')).to.deep.equal([]);
    expect(left().map(({ code }) => code))
      .to.include('ABORTED')
      .and.not.include('INTERNAL');
  });
});
