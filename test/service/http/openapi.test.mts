import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { pictureTables } from '#dist/library/render-options.js';
import { readConfig } from '#dist/service/config.js';
import { openApi } from '#dist/service/http/openapi.js';
import { publicCodes } from '#dist/service/http/openapi-parts.js';
import { requestErrors } from '#dist/service/http/request-error.js';
import { requestRules } from '#dist/service/http/request-options.js';
import type { Service } from '#dist/service/http/service.js';

interface Parameter {
  name: string;
  in: string;
  schema: object;
}

interface Operation {
  operationId: string;
  security?: object[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: { properties?: object } }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  info: { version: string };
  security?: object[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes?: Record<string, object> };
}

/** The description as clients get it. */
function describeApi(environment: NodeJS.ProcessEnv = {}): Document {
  const config = readConfig(environment);
  const service = { config, rules: requestRules(config, 'mtcnn') } as unknown as Service;
  return JSON.parse(JSON.stringify(openApi(service, '1.2.3'))) as Document;
}

function operationsOf({ paths }: Document): [path: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation): [string, Operation] => [path, operation]),
  );
}

/** All values of members called `name`, at any depth. */
function membersCalled(name: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    ...(key === name ? [member] : []),
    ...membersCalled(name, member),
  ]);
}

const environments: NodeJS.ProcessEnv[] = [
  {},
  {
    POST_TYPE: 'JSON',
    API_KEYS: 'a-key-of-twenty-signs',
    ENDPOINT: '/faces/find',
    MAX_SIDE: '1000',
    STREAM_LIMIT: '0',
  },
  { MAX_VIDEO_BYTES: '1000' },
];

describe('API description', () => {
  it('has only references that lead somewhere, and no schema that nothing refers to', () => {
    for (const environment of environments) {
      const document = describeApi(environment);
      const references = membersCalled('$ref', document);
      const targets = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
      expect([...new Set(references)].sort()).to.deep.equal(targets.sort());
    }
  });

  it('has schemas that a validator takes', () => {
    const document = describeApi({ MAX_VIDEO_BYTES: '1000' });
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    ajv.addVocabulary(['components']);
    ajv.addSchema({ $id: 'api', components: document.components });
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` }), name).to.not.throw();
    }
    const isProblem = ajv.compile({ $ref: 'api#/components/schemas/Problem' });
    const problem = {
      type: 'about:blank',
      title: 't',
      status: 413,
      detail: 'd',
      code: 'BODY_TOO_LARGE',
      requestId: 'r',
    };
    expect(isProblem(problem)).to.equal(true);
    expect(isProblem({ ...problem, code: 'MODEL_MISSING' })).to.equal(false);
    expect(isProblem({ ...problem, stack: '' })).to.equal(false);
  });

  it('tells of the codes that clients can see', () => {
    const hidden = ['MODEL_MISSING', 'MODEL_INVALID', 'ADDON_MISSING', 'CLOSED'];
    expect(publicCodes().sort()).to.deep.equal(
      Object.keys(requestErrors)
        .filter((code) => !hidden.includes(code))
        .sort(),
    );
  });

  it('has the routes of this configuration, each operation once', () => {
    for (const environment of environments) {
      const document = describeApi(environment);
      expect(Object.keys(document.paths)).to.deep.equal([
        environment.ENDPOINT ?? '/face',
        ...['/v1/faces', '/v1/batch', ...(environment.MAX_VIDEO_BYTES ? ['/v1/tracks'] : [])],
        ...(environment.STREAM_LIMIT === '0' ? [] : ['/v1/stream']),
        ...['/v1/annotate', '/v1/redact', '/v1/crops', '/v1/crop', '/v1/focal-point'],
        ...['/v1/models', '/healthz', '/readyz'],
      ]);
      const ids = operationsOf(document).map(([, { operationId }]) => operationId);
      expect(ids).to.have.length(new Set(ids).size);
      expect(document).to.include({ openapi: '3.1.0' }).and.have.nested.property('info.version', '1.2.3');
    }
    const bodyOf = (document: Document, path: string) =>
      Object.keys(document.paths[path]?.post?.requestBody?.content ?? {});
    expect(bodyOf(describeApi(), '/face')).to.deep.equal(['multipart/form-data']);
    expect(bodyOf(describeApi({ POST_TYPE: 'JSON' }), '/face')).to.deep.equal(['application/json']);
  });

  it('gives every error answer its codes, and every code of its status', () => {
    for (const [path, { responses }] of operationsOf(describeApi({ MAX_VIDEO_BYTES: '1000' }))) {
      if (path === '/readyz') continue;
      for (const [status, { description }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        const codes = publicCodes().filter((code) => requestErrors[code].status === Number(status));
        expect(codes, `${path} ${status}`).to.not.deep.equal([]);
        expect(description).to.equal(codes.join(', '));
      }
    }
  });

  it("has every option of a request with the operator's limits, in the query and in the body", () => {
    const environment = { MAX_SIDE: '1000', MIN_FACE_SIZE_FLOOR: '30', MIN_FACE_SIZE: '35', FAST_DECODE: 'true' };
    const { paths } = describeApi(environment);
    const names = Object.keys(requestRules(readConfig(environment), 'mtcnn'));
    for (const path of ['/v1/faces', '/v1/batch']) {
      const parameters = paths[path]?.post?.parameters ?? [];
      expect(parameters.map(({ name }) => name)).to.deep.equal(names);
      const schemas = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
      expect(schemas).to.deep.include({
        minFaceSize: { type: 'integer', minimum: 30, maximum: 4096, default: 35 },
        maxSide: { type: 'integer', minimum: 12, maximum: 1000, default: 1000 },
        threshold: { type: 'number', minimum: 0, maximum: 1 },
        sort: { enum: ['confidence', 'area'], default: 'confidence' },
        clip: { type: 'boolean', default: true },
        fastDecode: { type: 'boolean', default: true },
        model: { enum: ['mtcnn'], default: 'mtcnn' },
      });
    }
    for (const type of ['multipart/form-data', 'application/json']) {
      const { properties = {} } = paths['/v1/faces']?.post?.requestBody?.content[type]?.schema ?? {};
      expect(Object.keys(properties)).to.deep.equal(['image', ...names]);
    }
  });

  it('has the options of films, without those of pictures', () => {
    const { paths } = describeApi({ MAX_VIDEO_BYTES: '1000' });
    const ofPictures = ['fastDecode', 'orientation', 'truncated', 'faceQuality'];
    const names = Object.keys(requestRules(readConfig({}), 'mtcnn')).filter((name) => !ofPictures.includes(name));
    const parameters = paths['/v1/tracks']?.post?.parameters ?? [];
    expect(parameters.map(({ name }) => name)).to.deep.equal(['searchEvery', 'maxGap', ...names]);
    const number = { type: 'integer', minimum: 1, maximum: 1000 };
    expect(parameters[0]?.schema).to.deep.equal({ oneOf: [number, { const: 'change' }], default: 1 });
  });

  it('has the options of pictures beside those of the search', () => {
    const { paths } = describeApi();
    const all = Object.keys(requestRules(readConfig({}), 'mtcnn'));
    for (const [kind, table] of Object.entries(pictureTables)) {
      // Hiding faces leaves none out.
      const limits = kind === 'redact' ? ['maxRoll', 'maxYaw', 'minSharpness'] : [];
      const names = all.filter((name) => !limits.includes(name));
      const { parameters = [], requestBody } = paths[`/v1/${kind}`]?.post ?? {};
      expect(parameters.map(({ name }) => name)).to.deep.equal([...names, ...Object.keys(table)]);
      const { properties = {} } = requestBody?.content['multipart/form-data']?.schema ?? {};
      expect(Object.keys(properties)).to.deep.equal(['image', ...names, ...Object.keys(table)]);
    }
  });

  it('asks for keys only where there are keys, and never for probes', () => {
    const open = describeApi();
    expect(open).to.not.have.property('security');
    expect(open.components).to.not.have.property('securitySchemes');
    const closed = describeApi({ API_KEYS: 'a-key-of-twenty-signs' });
    const named = (closed.security ?? []).flatMap((one) => Object.keys(one));
    expect(named).to.deep.equal(Object.keys(closed.components.securitySchemes ?? {}));
    for (const [path, { security }] of operationsOf(closed)) {
      expect(security, path).to.deep.equal(path.endsWith('z') ? [] : undefined);
    }
    expect(JSON.stringify(closed)).to.not.include('a-key-of-twenty-signs');
  });
});
