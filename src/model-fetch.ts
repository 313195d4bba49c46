import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { FaceDetectorError } from './errors.js';
import {
  defaultModelsDir,
  folderOf,
  type ManifestFile,
  type ManifestModel,
  manifestModel,
  mismatch,
  readVerified,
} from './models.js';
import { packageRoot } from './paths.js';

export interface FetchEvents {
  /** Bytes of `file` that have come so far. */
  progress?(file: ManifestFile, received: number): void;
  /** `file` stands verified in the models folder; `source` is a folder or a URL. */
  done?(file: ManifestFile, source: string): void;
  /** A source offered something else than `file`. */
  refused?(file: ManifestFile, source: string, reason: string): void;
}

export interface FetchSetting {
  /** Where the weights go: a folder per model inside. */
  modelsDir?: string;
  /** Folders to look in before the origin is asked, in order. */
  sources?: string[];
  /** Longest time for one file from the origin. */
  timeoutMs?: number;
}

/** A folder given by MODELS_SOURCE, then the folder that lies beside a checkout. */
export function defaultSources(environment: NodeJS.ProcessEnv = process.env): string[] {
  const given = environment['MODELS_SOURCE'] ? [path.resolve(environment['MODELS_SOURCE'])] : [];
  return [...given, path.join(packageRoot, '..', 'shared', 'models')];
}

async function download(
  file: ManifestFile,
  timeoutMs: number,
  events: FetchEvents,
): Promise<{ bytes?: Uint8Array; fault?: string }> {
  if (file.url === undefined) return { fault: 'nobody publishes it in this form' };
  // Honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const response = await fetch(file.url, { dispatcher, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok || !response.body) return { fault: `HTTP ${response.status}` };
    const parts: Uint8Array[] = [];
    let received = 0;
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      received += part.byteLength;
      if (received > file.bytes) return { fault: `more than ${file.bytes} bytes` };
      parts.push(part);
      events.progress?.(file, received);
    }
    const bytes = Buffer.concat(parts);
    const fault = mismatch(bytes, file);
    return fault ? { fault } : { bytes };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return { fault: cause?.message ? `${message} (${cause.message})` : message };
  } finally {
    await dispatcher.destroy();
  }
}

/**
 * Writes beside the file, makes sure that the bytes are on the disk, and only then takes the name.
 * Rejects with FaceDetectorError MODEL_MISSING, with the file system's reason, and leaves nothing.
 */
async function writeWhole(filePath: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeThenRename(filePath, bytes);
  } catch (error) {
    const reason = `${filePath} could not be written: ${(error as Error).message}`;
    throw new FaceDetectorError('MODEL_MISSING', reason, { cause: error });
  }
}

async function writeThenRename(filePath: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(filePath), { recursive: true });
  const partial = `${filePath}.${randomUUID()}.partial`;
  try {
    const handle = await open(partial, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, filePath);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function fetchFile(
  file: ManifestFile,
  folder: string,
  setting: Required<FetchSetting>,
  events: FetchEvents,
): Promise<void> {
  const target = path.join(setting.modelsDir, folder, file.name);
  const answers: string[] = [];
  for (const source of [setting.modelsDir, ...setting.sources]) {
    const candidate = path.join(source, folder, file.name);
    const { bytes, fault } = await readVerified(candidate, file);
    answers.push(`${candidate}: ${fault ?? 'not there'}`);
    if (fault) events.refused?.(file, source, fault);
    if (!bytes) continue;
    if (source !== setting.modelsDir) await writeWhole(target, bytes);
    return events.done?.(file, source);
  }
  const origin = file.url ?? 'its origin';
  const { bytes, fault } = await download(file, setting.timeoutMs, events);
  if (!bytes) {
    answers.push(`${origin}: ${fault}`);
    throw new FaceDetectorError(
      'MODEL_MISSING',
      `${folder}/${file.name} could not be had.\n  ${answers.join('\n  ')}\n` +
        `${file.url ? 'Without a network, copy' : 'Copy'} a folder ${folder} with all its files into ${setting.modelsDir}, ` +
        'or set MODELS_SOURCE to the folder that it lies in.',
    );
  }
  await writeWhole(target, bytes);
  events.done?.(file, origin);
}

/**
 * Puts the weights of a model into the models folder: files that are there and verified stay; others come from `sources`, then
 * from their origin. Everything is held against its SHA-256 first; a file that fails is refused and nothing half-written stays.
 * Rejects with FaceDetectorError MODEL_MISSING naming the file and what each source said, or why it could not be written; with
 * INVALID_OPTION for an unknown model.
 */
export async function fetchModel(
  model: string | ManifestModel,
  setting: FetchSetting = {},
  events: FetchEvents = {},
): Promise<void> {
  const complete = { modelsDir: defaultModelsDir, sources: defaultSources(), timeoutMs: 120_000, ...setting };
  const published = typeof model === 'string' ? manifestModel(model) : model;
  for (const file of published.files) await fetchFile(file, folderOf(published), complete, events);
}
