import type { Request, Response } from 'express';
import { modelFacts } from '../../models.js';
import { sendJson } from '../answer.js';
import type { Service } from '../service.js';

/** GET /v1/models: what is loaded, its licence, and the defaults of the options. */
export function modelsHandler({ detector, rules }: Service) {
  const { engine, engineReason } = detector;
  const defaults = Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, rule.default ?? null]));
  const body = JSON.stringify({
    opencv: detector.opencvVersion,
    models: [{ ...modelFacts(detector.model), isDefault: true, engine, engineReason, defaults }],
  });
  return (_request: Request, response: Response): void => sendJson(response, 200, body);
}
