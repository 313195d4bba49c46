import path from 'node:path';
import { folderOf, type ManifestFile, type ManifestModel, mismatch, readVerified } from '../model-catalog.js';
import { type PublishedForm, toOnnx } from './convert.js';

/** Verified bytes, or why they cannot be had; neither where a folder just does not have them. */
export interface Offer {
  bytes?: Uint8Array;
  /** The file that holds just these bytes. */
  standsAt?: string;
  fault?: string;
  /** Whether Node's permission model refuses to read it, which fetching would not help. */
  isDenied?: boolean;
}

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

/** The file made of its published form. */
export function converted(file: ManifestFile, form: PublishedForm, published: Uint8Array): Offer {
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
      if (own.fault || !file.caffe) return own;
      const { bytes, fault } = await readVerified(path.join(title, file.caffe.name), file.caffe);
      if (bytes) return converted(file, 'caffe', bytes);
      return fault ? { fault: `${file.caffe.name}: ${fault}` } : own;
    },
  };
}
