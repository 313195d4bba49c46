import type { BoxListRule } from '../../library/box-list.js';
import { expected, type OptionRule, type OptionRules } from '../../library/detect-options.js';
import { type PublicError, requestErrors } from './request-error.js';

export type Schema = Record<string, unknown>;

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

export const atLeastOne = { type: 'integer', minimum: 1 };

/** A face that is followed from frame to frame, with these boxes. */
export function followedFace(boxes: Record<string, Schema>): Schema {
  return object(
    {
      id: { ...atLeastOne, description: 'The same for the same face as long as it is followed' },
      ...boxes,
      landmarks: ref('Landmarks'),
      confidence: { type: 'number', minimum: 0, maximum: 1, description: 'Of the last frame in which it was found' },
      age: { type: 'number', minimum: 0, description: 'Seconds since it was first found' },
      isPredicted: {
        type: 'boolean',
        description: 'It was not found in this frame, or the frame was not searched: the box is where it should be',
      },
    },
    ['found', 'landmarks'],
  );
}

/** Codes that clients can see; defects of ours appear as INTERNAL. */
export function publicCodes(): PublicError['code'][] {
  const all = Object.keys(requestErrors) as PublicError['code'][];
  return all.filter((code) => code === 'INTERNAL' || (requestErrors[code].status !== 500 && code !== 'CLOSED'));
}

/** Schema of a list of boxes: a text, or in JSON also an array. */
function boxesSchema({ max, orFaces }: BoxListRule, isJson: boolean): Schema {
  const text = { type: 'string' };
  if (!isJson) return text;
  const items = orFaces ? { oneOf: [{ type: 'integer', minimum: 0 }, ref('Box')] } : ref('Box');
  return { oneOf: [text, { type: 'array', items, maxItems: max }] };
}

export function optionSchema(rule: OptionRule, isJson = false): Schema {
  const given = rule.default === undefined ? {} : { default: rule.default };
  switch (rule.kind) {
    case 'integer':
      if (rule.or !== undefined) {
        const number = { type: 'integer', minimum: rule.min, maximum: rule.max };
        return { oneOf: [number, { const: rule.or }], ...given };
      }
      return { type: rule.kind, minimum: rule.min, maximum: rule.max, ...given };
    case 'number':
      return { type: rule.kind, minimum: rule.min, maximum: rule.max, ...given };
    case 'choice':
      return { enum: rule.choices, ...given };
    case 'boolean':
      return { type: 'boolean', ...given };
    case 'boxes':
      return boxesSchema(rule, isJson);
  }
}

export function queryParameters(rules: OptionRules): Schema[] {
  return Object.entries(rules).map(([name, rule]) => ({
    name,
    in: 'query',
    description: `${rule.about}; ${expected(rule)}`,
    schema: optionSchema(rule),
  }));
}

export const json = (schema: Schema, type = 'application/json') => ({ content: { [type]: { schema } } });

/** Error responses, grouped by status, with the codes that each may carry. */
export function errorResponses(schema: Schema, type: string, statuses: readonly number[]): Record<string, Schema> {
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = publicCodes().filter((code) => requestErrors[code].status === status);
      return [String(status), { description: codes.join(', '), ...json(schema, type) }];
    }),
  );
}

export const problems = (statuses: readonly number[]) =>
  errorResponses(ref('Problem'), 'application/problem+json', statuses);
