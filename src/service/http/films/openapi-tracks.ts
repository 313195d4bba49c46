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
import { filmRules } from './film-rules.js';

/** What only a service that takes films answers. */
export const tracksSchemas: Record<string, Schema> = {
  TrackedFace: followedFace({
    box: { ...ref('FilmBox'), description: 'Where the face most likely is' },
    found: { ...ref('FilmBox'), description: 'What was found in this frame' },
  }),
  FilmBox: {
    ...object({
      x: { type: 'number' },
      y: { type: 'number' },
      width: { type: 'number', exclusiveMinimum: 0 },
      height: { type: 'number', exclusiveMinimum: 0 },
    }),
    description: 'Pixels of the film as it is displayed; where a face leaves, a predicted box goes beyond the border',
  },
  TracksLine: {
    description: 'A line of the answer: a frame; at the end what was damaged, or the error that ended it, if any',
    oneOf: [
      object({
        time: { type: 'number', description: 'Seconds since the beginning' },
        width: atLeastOne,
        height: atLeastOne,
        faces: { type: 'array', items: ref('TrackedFace'), description: 'In the order in which they were first found' },
        isSearched: { type: 'boolean' },
        isCut: { type: 'boolean', description: 'Another scene begins here: no face keeps its id' },
        dropped: { const: 0 },
      }),
      object({ damage: { type: 'array', items: { type: 'string' }, description: "ffmpeg's messages" } }),
      object({ error: ref('Problem') }),
    ],
  },
};

/** `rules`: those of a request with one image. */
export function tracksPath(rules: OptionRules): Schema {
  return {
    post: {
      operationId: 'tracks',
      tags: ['detection'],
      summary:
        'The faces of a film, each with a number that it keeps; a line of NDJSON for each frame as it is searched',
      parameters: queryParameters(filmRules(rules)),
      requestBody: {
        required: true,
        content: { '*/*': { schema: { type: 'string', contentMediaType: 'video/mp4' } } },
      },
      responses: {
        200: { description: 'One line per frame', ...json(ref('TracksLine'), 'application/x-ndjson') },
        ...problems([400, 401, 408, 413, 415, 422, 500, 501, 503, 504]),
      },
    },
  };
}
