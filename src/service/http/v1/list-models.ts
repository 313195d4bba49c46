import type { Request, Response } from 'express';
import { affectsResult, modelFacts } from '../../../library/model-catalog.js';
import { sendJson } from '../answer.js';
import { requestRules } from '../request-options.js';
import type { Service } from '../service.js';

/** GET /v1/models: the loaded models with licence, input size and the defaults of the options they use. */
export function modelsHandler({ config, detector, standsInFor }: Service) {
  const names = detector.models.map(({ name }) => name);
  const models = detector.models.map(({ name, engine, engineReason }) => {
    const rules = Object.entries(requestRules(config, name, names)).filter(([option]) => affectsResult(name, option));
    const defaults = Object.fromEntries(rules.map(([option, rule]) => [option, rule.default ?? null]));
    const isDefault = name === detector.model;
    return { ...modelFacts(name), isDefault, standsInFor: standsInFor ?? null, engine, engineReason, defaults };
  });
  const { maxPixels, maxBodyBytes } = config;
  const body = JSON.stringify({ opencv: detector.opencvVersion, limits: { maxPixels, maxBodyBytes }, models });
  return (_request: Request, response: Response): void => sendJson(response, 200, body);
}
