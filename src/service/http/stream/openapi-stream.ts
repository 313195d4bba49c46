import type { OptionRules } from '../../../library/detect-options.js';
import {
  atLeastOne,
  followedFace,
  json,
  object,
  problems,
  queryParameters,
  ref,
  type Schema,
} from '../openapi-parts.js';
import { streamRules } from './frame-stream.js';

/** What every answer to a frame of a stream has. */
const streamedFrame = {
  index: { type: 'integer', minimum: 0, description: 'how many frames came before it' },
  time: { type: 'number', minimum: 0, description: 'seconds since the first frame' },
  dropped: { type: 'integer', minimum: 0, description: 'frames so far that newer ones have replaced' },
};

/** What only a service that takes streams answers. */
export const streamSchemas: Record<string, Schema> = {
  StreamMessage: {
    description:
      'A message of /v1/stream: the faces of a frame, its error, or (without an index) why the service ends the stream',
    oneOf: [
      object({
        ...streamedFrame,
        width: atLeastOne,
        height: atLeastOne,
        faces: {
          type: 'array',
          items: ref('StreamedFace'),
          description: 'In the order in which they were first found',
        },
        timings: {
          type: 'object',
          additionalProperties: { type: 'number' },
          description: 'milliseconds of each stage',
        },
      }),
      object({ ...streamedFrame, error: ref('Problem') }),
      object({ error: ref('Problem') }),
    ],
  },
  StreamedFace: followedFace({ box: ref('Box') }),
};

/** `rules`: those of a request with one image. */
export function streamOperation(rules: OptionRules): Schema {
  const get = {
    operationId: 'stream',
    tags: ['detection'],
    summary: "A WebSocket for a camera's frames, whose faces keep their ids",
    description:
      'Each binary message is a frame, an encoded image; each text message that comes back is a StreamMessage. ' +
      'In browsers an API key goes into the sub-protocols: faces.v1 and key.BASE64URL.',
    parameters: queryParameters(streamRules(rules)),
    responses: {
      101: { description: 'The WebSocket; each text message of it is such JSON', ...json(ref('StreamMessage')) },
      ...problems([400, 401, 403, 426, 503]),
    },
  };
  return { get };
}
