import { check } from './detect-options.js';
import { asFaceDetectorError } from './face-detector-error.js';
import { type ModelName, modelNames } from './model-catalog.js';
import type { EngineChoice, EngineName, NativeAddon, NativeDetector } from './native.js';
import { loadModelFiles } from './weights/load.js';

/** A model that a detector has loaded. */
export interface LoadedModel {
  name: ModelName;
  /** What runs its networks. */
  engine: EngineName;
  /** Why this engine: requested, or the result of the self-check at loading. */
  engineReason: string;
}

/** A list with at least one element. */
export type NonEmpty<T> = readonly [T, ...T[]];

/**
 * Names of the models to load, by the options of `FaceDetector.create`; the first is the default of calls. Throws
 * INVALID_OPTION for an unknown name.
 */
export function namesToLoad(model: ModelName | undefined, models: readonly ModelName[]): NonEmpty<ModelName> {
  const known = `one of ${modelNames.join(', ')}`;
  check(model === undefined || modelNames.includes(model), 'model', known, model);
  const isArray: boolean = Array.isArray(models);
  check(isArray, 'models', 'an array of names', models);
  for (const name of models) check(modelNames.includes(name), 'each of models', known, name);
  const first = model ?? models[0] ?? 'mtcnn';
  return [first, ...new Set(models.filter((name) => name !== first))];
}

/** The models of one detector. */
export class LoadedModels {
  readonly list: NonEmpty<LoadedModel>;
  readonly #natives: ReadonlyMap<ModelName, NativeDetector>;
  readonly #expected: string;

  private constructor(natives: ReadonlyMap<ModelName, NativeDetector>) {
    this.#natives = natives;
    this.#expected = `one of those loaded, ${[...natives.keys()].join(', ')}`;
    const list = [...natives].map(([name, { engine, engineReason }]) => ({ name, engine, engineReason }));
    this.list = list as [LoadedModel, ...LoadedModel[]];
  }

  /** Rejects with MODEL_MISSING, MODEL_INVALID or OUT_OF_MEMORY. */
  static async load(
    addon: NativeAddon,
    names: NonEmpty<ModelName>,
    { modelsDir, engine, threads }: { modelsDir: string | undefined; engine: EngineChoice; threads: number },
  ): Promise<LoadedModels> {
    const natives = new Map<ModelName, NativeDetector>();
    try {
      for (const name of names) {
        const files = await loadModelFiles(name, modelsDir);
        const native = await addon.load(name, files, engine, threads).catch((error: unknown) => {
          throw asFaceDetectorError(error);
        });
        natives.set(name, native);
      }
    } catch (error) {
      for (const native of natives.values()) native.close();
      throw error;
    }
    return new LoadedModels(natives);
  }

  /** Throws INVALID_OPTION for a model that is not loaded. */
  of(name: ModelName): NativeDetector {
    const native = this.#natives.get(name);
    check(native !== undefined, 'model', this.#expected, name);
    return native;
  }

  /** Frees the models; none may be used afterwards. */
  close(): void {
    for (const native of this.#natives.values()) native.close();
  }
}
