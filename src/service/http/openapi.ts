import type { OptionRules } from '../../library/detect-options.js';
import { landmarkNames } from '../../library/detection.js';
import { pictureFormats, pictureRules } from '../../library/render-options.js';
import { tracksPath, tracksSchemas } from './films/openapi-tracks.js';
import {
  atLeastOne,
  errorResponses,
  json,
  object,
  optionSchema,
  problems,
  publicCodes,
  queryParameters,
  ref,
  type Schema,
} from './openapi-parts.js';
import type { Service } from './service.js';
import { streamOperation, streamSchemas } from './stream/openapi-stream.js';
import { streamPath } from './stream/web-socket.js';

const share = { type: 'number', minimum: 0, maximum: 1 };

const faceMembers = {
  box: ref('Box'),
  confidence: { type: 'number', minimum: 0, maximum: 1 },
  landmarks: ref('Landmarks'),
  quality: ref('FaceQuality'),
};
const optionalMembers = ['landmarks', 'quality'];

const turn: Schema = {
  enum: [0, 90, 180, 270],
  description:
    'Only with orientation=auto: degrees clockwise by which the image is upright; boxes are in the image as it is displayed',
};

const leftOut: Schema = {
  type: 'integer',
  minimum: 0,
  description: 'Only with maxRoll, maxYaw or minSharpness: how many faces were found and left out',
};

const warnings: Schema = {
  type: 'array',
  items: object({ code: { enum: ['TRUNCATED_IMAGE', 'CORRUPT_IMAGE'] }, message: { type: 'string' } }),
  description: 'Only with truncated=accept, where part of the image is missing or wrong',
};

/** What only some answers about an image have. */
const circumstances = { turn, leftOut, warnings };
const circumstanceNames = Object.keys(circumstances);

const schemas: Record<string, Schema> = {
  Point: object({ x: { type: 'number' }, y: { type: 'number' } }),
  Box: {
    ...object({
      x: { type: 'number' },
      y: { type: 'number' },
      width: { type: 'number', exclusiveMinimum: 0 },
      height: { type: 'number', exclusiveMinimum: 0 },
    }),
    description: 'Pixels of the image as it is displayed, EXIF orientation applied; x, y is the top left corner',
  },
  Landmarks: {
    ...object(Object.fromEntries(landmarkNames.map((name) => [name, ref('Point')]))),
    description: "Left is the viewer's left; absent where the model finds none",
  },
  FaceQuality: {
    ...object({
      roll: { type: 'number', description: 'degrees, clockwise' },
      yaw: { type: 'number', description: "degrees, to the viewer's right; coarse" },
      pitch: { type: 'number', description: 'degrees, up; coarse' },
      sharpness: { type: 'number', minimum: 0 },
      brightness: { type: 'number', minimum: 0, maximum: 255 },
      size: { type: 'number', minimum: 0, description: 'distance of the eyes in pixels' },
    }),
    description: 'Only with faceQuality=true',
  },
  Face: object(faceMembers, optionalMembers),
  Size: object({ width: atLeastOne, height: atLeastOne }),
  Detection: object(
    {
      model: { type: 'string' },
      image: ref('Size'),
      faces: { type: 'array', items: ref('Face'), description: 'In the order of `sort`' },
      ...circumstances,
    },
    circumstanceNames,
  ),
  Focus: object(
    {
      model: { type: 'string' },
      image: ref('Size'),
      focalPoint: {
        ...object({ x: share, y: share }),
        description: "Shares of the image's width and height",
      },
      faces: { type: 'array', items: ref('Face'), description: 'In the order of `sort`' },
      ...circumstances,
    },
    circumstanceNames,
  ),
  Crops: object(
    {
      model: { type: 'string' },
      image: ref('Size'),
      format: { enum: pictureFormats },
      faces: {
        type: 'array',
        items: object(
          {
            ...faceMembers,
            crop: object({
              width: { type: 'integer', minimum: 1 },
              height: { type: 'integer', minimum: 1 },
              data: { type: 'string', contentEncoding: 'base64' },
            }),
          },
          optionalMembers,
        ),
      },
      ...circumstances,
    },
    circumstanceNames,
  ),
  BatchLine: {
    description: 'A line of the answer: faces, or the error of this image, or (without a name) of the form',
    oneOf: [
      object(
        {
          index: { type: 'integer', minimum: 0 },
          name: { type: ['string', 'null'] },
          model: { type: 'string' },
          image: ref('Size'),
          faces: { type: 'array', items: ref('Face') },
          ...circumstances,
        },
        circumstanceNames,
      ),
      object({ index: { type: 'integer', minimum: 0 }, name: { type: ['string', 'null'] }, error: ref('Problem') }, [
        'name',
      ]),
    ],
  },
  Problem: {
    ...object({
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      code: { enum: [...new Set(publicCodes())] },
      requestId: { type: 'string' },
    }),
    description: 'RFC 9457 problem details',
  },
  FaceMessage: {
    ...object({
      message: { oneOf: [{ type: 'string' }, object({ image: { type: 'string' } })] },
    }),
    description: "The replaced service's errors",
  },
  Models: object({
    opencv: { type: 'string' },
    limits: object({ maxPixels: atLeastOne, maxBodyBytes: atLeastOne }),
    models: {
      type: 'array',
      items: object({
        name: { type: 'string' },
        title: { type: 'string' },
        licence: { type: 'string' },
        origin: { type: 'string' },
        landmarks: { type: 'boolean' },
        input: {
          description: 'the size to which the network brings the whole image; null: it sees the image in its own size',
          oneOf: [
            object({ width: atLeastOne, height: atLeastOne, fit: { enum: ['stretch', 'letterbox'] } }),
            { type: 'null' },
          ],
        },
        isDefault: { type: 'boolean' },
        standsInFor: {
          description:
            'the model that is served once its weights are there; null: this one is the one that was asked for',
          oneOf: [{ type: 'string' }, { type: 'null' }],
        },
        engine: { enum: ['opencv', 'fused'], description: 'what runs its networks; ENGINE=opencv forces OpenCV' },
        engineReason: { type: 'string' },
        defaults: { type: 'object', description: 'of the options that the model goes by; it takes the others as well' },
      }),
    },
  }),
  Status: object({ status: { type: 'string' }, reason: { type: 'string' } }, ['reason']),
};

const searchErrors = [400, 401, 408, 413, 415, 422, 500, 503, 504];
const binary: Schema = { type: 'string', contentMediaType: 'application/octet-stream' };
const base64: Schema = { type: 'string', contentEncoding: 'base64', description: 'with or without a data: prefix' };

function imageBody(rules: OptionRules): Schema {
  const options = (isJson: boolean) =>
    Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, optionSchema(rule, isJson)]));
  return {
    required: true,
    content: {
      'multipart/form-data': {
        schema: { type: 'object', properties: { image: binary, ...options(false) }, required: ['image'] },
      },
      'image/*': { schema: binary },
      'application/octet-stream': { schema: binary },
      'application/json': {
        schema: { type: 'object', properties: { image: base64, ...options(true) }, required: ['image'] },
      },
    },
  };
}

/** Headers of an answer, by what they say. */
function textHeaders(headers: Record<string, string>): Schema {
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { schema: { type: 'string' }, description },
  ]);
  return Object.fromEntries(described) as Schema;
}

function oneImagePath(operationId: string, summary: string, rules: OptionRules, success: Schema): Schema {
  return {
    post: {
      operationId,
      tags: ['detection'],
      summary,
      parameters: queryParameters(rules),
      requestBody: imageBody(rules),
      responses: {
        200: {
          ...success,
          headers: { ...textHeaders({ 'Server-Timing': 'milliseconds of each stage' }), ...(success['headers'] ?? {}) },
        },
        ...problems(searchErrors),
      },
    },
  };
}

function picturePath(
  kind: 'annotate' | 'redact' | 'crop',
  summary: string,
  rules: OptionRules,
  headers: Record<string, string> = {},
): Schema {
  const content = pictureFormats.map((format) => [
    `image/${format}`,
    { schema: { type: 'string', contentMediaType: `image/${format}` } },
  ]);
  return oneImagePath(kind, summary, pictureRules(rules, kind), {
    description:
      'Upright, without metadata, in the format of the option `format`, else of Accept, else its own (or png)',
    content: Object.fromEntries(content),
    headers: textHeaders(headers),
  });
}

function facePath({ config }: Service): Schema {
  const form = { 'multipart/form-data': { schema: { ...object({ image: binary }), additionalProperties: true } } };
  const text = { 'application/json': { schema: { ...object({ image: base64 }), additionalProperties: true } } };
  const errors = errorResponses(ref('FaceMessage'), 'application/json', searchErrors);
  const corners = { type: 'array', items: { type: 'integer' }, minItems: 4, maxItems: 4 };
  return {
    post: {
      operationId: 'face',
      tags: ['replaced service'],
      summary: 'The faces in an image, as the replaced service answered: [y1, x1, y2, x2], most confident first',
      requestBody: { required: true, content: config.postType === 'JSON' ? text : form },
      responses: {
        200: {
          description: 'No face is {}',
          ...json({ type: 'object', patternProperties: { '^face_[0-9]+$': corners }, additionalProperties: false }),
        },
        ...errors,
      },
    },
    get: {
      operationId: 'fine',
      tags: ['replaced service'],
      summary: 'Whether the service answers',
      responses: {
        200: { description: 'It does', ...json(object({ Just: { const: 'Fine!' } })) },
        ...errorResponses(ref('FaceMessage'), 'application/json', [401]),
      },
    },
  };
}

function probe(operationId: string, summary: string, statuses: readonly number[]): Schema {
  const answer = (status: number): Schema => ({ description: status === 200 ? 'yes' : 'no', ...json(ref('Status')) });
  const responses = Object.fromEntries(statuses.map((status) => [status, answer(status)]));
  return { get: { operationId, tags: ['operation'], summary, security: [], responses } };
}

/** The API description (OpenAPI 3.1) of this service as configured. */
export function openApi(service: Service, version: string): Schema {
  const { config, rules } = service;
  const hasKeys = config.apiKeys.length > 0;
  const takesFilms = config.maxVideoBytes > 0;
  const takesStreams = config.streamLimit > 0;
  return {
    openapi: '3.1.0',
    info: {
      title: 'opencv-face-detector',
      version,
      description: 'Finds faces in images. Nothing is stored, no URL is fetched, no identity is computed.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    ...(hasKeys && { security: [{ bearer: [] }, { header: [] }] }),
    paths: {
      [config.endpoint]: facePath(service),
      '/v1/faces': oneImagePath('faces', 'The faces in one image; options in the query, the form or the JSON', rules, {
        description: 'Its faces; no face is an empty list',
        ...json(ref('Detection')),
      }),
      '/v1/batch': {
        post: {
          operationId: 'batch',
          tags: ['detection'],
          summary: 'Many images; a line of NDJSON for each as it is done',
          parameters: queryParameters(rules),
          requestBody: {
            required: true,
            content: {
              'multipart/form-data': { schema: object({ image: { type: 'array', items: binary } }) },
            },
          },
          responses: {
            200: { description: 'One line per image', ...json(ref('BatchLine'), 'application/x-ndjson') },
            ...problems([400, 401, 408, 413, 503]),
          },
        },
      },
      ...(takesFilms && { '/v1/tracks': tracksPath(rules) }),
      ...(takesStreams && { [streamPath]: streamOperation(rules) }),
      '/v1/annotate': picturePath('annotate', 'The image with boxes, points and confidences drawn on it', rules),
      '/v1/redact': picturePath('redact', 'The image with its faces hidden', rules),
      '/v1/crops': oneImagePath(
        'crops',
        'A picture of each face, aligned for face recognisers or cut out plainly',
        pictureRules(rules, 'crops'),
        { description: 'Its faces with their pictures', ...json(ref('Crops')) },
      ),
      '/v1/crop': picturePath(
        'crop',
        'The best part of the image around its faces, in the proportion asked for',
        rules,
        {
          'X-Crop-Part': 'what the picture shows: x,y,width,height in pixels of the image as displayed',
          'X-Focal-Point': 'the middle of the faces: x,y as shares of the width and height of the image, 0 to 1',
        },
      ),
      '/v1/focal-point': oneImagePath(
        'focalPoint',
        'Where the faces of one image are, as one point for a CMS or object-position',
        rules,
        { description: 'The point and the faces; without a face it is the middle', ...json(ref('Focus')) },
      ),
      '/v1/models': {
        get: {
          operationId: 'models',
          tags: ['detection'],
          summary: 'What is loaded, with licence, limits and defaults',
          responses: { 200: { description: 'The models', ...json(ref('Models')) }, ...problems([401]) },
        },
      },
      '/healthz': probe('healthz', 'Whether this process answers', [200]),
      '/readyz': probe('readyz', 'Whether the service takes requests', [200, 503]),
    },
    components: {
      schemas: { ...schemas, ...(takesFilms && tracksSchemas), ...(takesStreams && streamSchemas) },
      ...(hasKeys && {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      }),
    },
  };
}
