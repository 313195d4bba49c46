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

/** Options of a request. */
export type RequestOptions = DetectOptions & Pick<DetectCallOptions, 'model'>;

/** An option as text, from the query, form or JSON. */
export type Entry = [name: string, text: string];

/**
 * Options that a request may set, with the operator's limits: the library's without `maxPixels` and `maxCpuMs`, plus
 * `model`, one of those `loaded`. Defaults are those of `model`.
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

/** The operator's defaults for the detector. */
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
 * Parses and checks the options of a request's query and body.
 * Throws FaceDetectorError INVALID_OPTION naming the option: unknown, out of range, or given twice.
 */
export function parseOptions(entries: readonly Entry[], rules: OptionRules): RequestOptions {
  const values: Record<string, unknown> = {};
  for (const [name, text] of entries) {
    if (Object.hasOwn(values, name)) throw new FaceDetectorError('INVALID_OPTION', `${name} is given twice`);
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    // Not by assignment, which would set the prototype for the name __proto__.
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
