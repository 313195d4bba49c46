import type { DetectCallOptions } from '../../library/detect-options.js';
import {
  checkOptions,
  type DetectOptions,
  type OptionRules,
  optionTable,
  parseValue,
} from '../../library/detect-options.js';
import { FaceDetectorError } from '../../library/face-detector-error.js';
import { type ModelName, scoreThresholdOf } from '../../library/model-catalog.js';
import type { Config } from '../config.js';

/** What a request asks of its search. */
export type RequestOptions = DetectOptions & Pick<DetectCallOptions, 'model'>;

/** An option as a request gives it, in its query, form or JSON. */
export type Entry = [name: string, text: string];

/**
 * Options that a request may give, with the operator's limits: all of the library's but `maxPixels` and `maxCpuMs`, and `model`, one of those
 * `loaded`. The defaults are those of `model`.
 */
export function requestRules(config: Config, model: ModelName, loaded: readonly ModelName[] = [model]): OptionRules {
  const { maxPixels: _operators, maxCpuMs: _operatorsToo, ...rules } = optionTable;
  const maxSide =
    config.maxSide === undefined ? rules.maxSide : { ...rules.maxSide, max: config.maxSide, default: config.maxSide };
  return {
    ...rules,
    minFaceSize: { ...rules.minFaceSize, min: config.minFaceSizeFloor, default: config.minFaceSize },
    maxSide,
    maxFaces: { ...rules.maxFaces, max: config.maxFaces, default: config.maxFaces },
    scaleFactor: { ...rules.scaleFactor, max: config.scaleFactorCeiling },
    threshold: { ...rules.threshold, min: config.thresholdFloor },
    pnetThreshold: { ...rules.pnetThreshold, min: config.thresholdFloor },
    rnetThreshold: { ...rules.rnetThreshold, min: config.thresholdFloor },
    onetThreshold: {
      ...rules.onetThreshold,
      min: config.thresholdFloor,
      default: scoreThresholdOf(model) ?? rules.onetThreshold.default,
    },
    fastDecode: { ...rules.fastDecode, default: config.fastDecode },
    model: {
      kind: 'choice',
      choices: loaded,
      default: model,
      about: 'which of the loaded models searches; `/v1/models` tells them apart',
    },
  };
}

/** The operator's defaults of a detector. */
export function serviceDefaults({
  minFaceSize,
  maxSide,
  maxPixels,
  maxFaces,
  maxCpuMs,
  fastDecode,
}: Config): DetectOptions {
  return { minFaceSize, maxPixels, maxFaces, maxCpuMs, fastDecode, ...(maxSide !== undefined && { maxSide }) };
}

/**
 * Options of a request from all that its query and body give.
 * Throws FaceDetectorError INVALID_OPTION naming the option: unknown, out of range, or given twice.
 */
export function parseOptions(entries: readonly Entry[], rules: OptionRules): RequestOptions {
  const values: Record<string, unknown> = {};
  for (const [name, text] of entries) {
    if (Object.hasOwn(values, name)) throw new FaceDetectorError('INVALID_OPTION', `${name} is given twice`);
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    // Not by assignment, for which the name __proto__ would be another matter.
    Object.defineProperty(values, name, {
      value: rule ? parseValue(rule, text) : text,
      enumerable: true,
      configurable: true,
    });
  }
  checkOptions(values, rules);
  return values;
}

/** The query of a request's URL. */
export function queryEntries(url: string): Entry[] {
  const at = url.indexOf('?');
  return at < 0 ? [] : [...new URLSearchParams(url.slice(at + 1))];
}
