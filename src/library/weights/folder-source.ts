import path from 'node:path';
import { folderOf, type ManifestFile, type ManifestModel, mismatch, readVerified } from '../model-catalog.js';
import { type PublishedForm, toOnnx } from './convert.js';

/** Verified bytes, or a fault; neither if the source just does not have the file. */
export interface Offer {
  bytes?: Uint8Array;
  /** The file with exactly these bytes. */
  filePath?: string;
  fault?: string;
  /** Whether Node's permission model refused to read it, so that fetching would not help. */
  isDenied?: boolean;
}

/** A place that may have weights. */
export interface Source {
  /** Its name in messages. */
  title: string;
  /** On the network: after a failure it is not tried for further files. */
  isRemote: boolean;
  /** Whether this source may have the file. */
  covers(file: ManifestFile): boolean;
  /** Reads and verifies a file of the model, converting it from its published form if necessary. */
  offer(file: ManifestFile): Promise<Offer>;
}

/** Converts a published file and verifies the result. */
export function converted(file: ManifestFile, form: PublishedForm, published: Uint8Array): Offer {
  const bytes = toOnnx(file.name, form, published);
  const fault = mismatch(bytes, file);
  return fault ? { fault: `converted: ${fault}` } : { bytes };
}

/** A folder with a folder for each model. */
export function folderSource(folder: string, model: ManifestModel): Source {
  const title = path.join(folder, folderOf(model));
  return {
    title,
    isRemote: false,
    covers: () => true,
    async offer(file) {
      const filePath = path.join(title, file.name);
      const own = await readVerified(filePath, file);
      if (own.bytes) return { ...own, filePath };
      if (own.fault || !file.caffe) return own;
      const { bytes, fault } = await readVerified(path.join(title, file.caffe.name), file.caffe);
      if (bytes) return converted(file, 'caffe', bytes);
      return fault ? { fault: `${file.caffe.name}: ${fault}` } : own;
    },
  };
}
