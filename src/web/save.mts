import type { ViewName } from './ask.mjs';
import { create } from './element.mjs';
import type { Picture } from './picture.mjs';

/** The name of a picture's file without extension. */
export const nameOf = ({ name }: Picture) => name.replace(/\.\w+$/, '');

const extensions: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };

/** The extension of the service's picture for a file of that name: it keeps the format if it can write it. */
function extensionFor(name: string): string {
  const extension = /\.(jpe?g|png|webp)$/i.exec(name)?.[1]?.toLowerCase() ?? 'png';
  return extension === 'jpeg' ? 'jpg' : extension;
}

/** The file name of the service's picture of this one, by its `type` if known. */
export function resultName(picture: Picture, view: ViewName, type = ''): string {
  return `${nameOf(picture)}-${view}.${extensions[type] ?? extensionFor(picture.name)}`;
}

/** Makes the browser save the bytes as a file of that name. */
export function save(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  create('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may first ask where to save
}
