import { create } from './element.mjs';
import type { Picture } from './picture.mjs';

/** The name of a picture's file without its ending. */
export const nameOf = ({ name }: Picture) => name.replace(/\.\w+$/, '');

/** The ending of the picture that the service makes of a file of that name: its own format where it can write that, else PNG. */
export const endingFor = (name: string) => /\.(jpe?g|png|webp)$/i.exec(name)?.[1] ?? 'png';

const endings: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };

/** Has the browser save the bytes under that name, with the ending of their type. */
export function save(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  create('a', { href, download: `${name}.${endings[blob.type] ?? 'bin'}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may ask where to first
}
