import type { ViewName } from './ask.mjs';
import { create } from './element.mjs';
import type { Picture } from './picture.mjs';

/** The name of a picture's file without its ending. */
export const nameOf = ({ name }: Picture) => name.replace(/\.\w+$/, '');

const endings: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };

/** The ending of what the service makes of a file of that name, whose format it keeps where it can write that. */
function endingBy(name: string): string {
  const ending = /\.(jpe?g|png|webp)$/i.exec(name)?.[1]?.toLowerCase() ?? 'png';
  return ending === 'jpeg' ? 'jpg' : ending;
}

/** What the picture is called that the service makes of one: by its `type`, where it is there. */
export function resultName(picture: Picture, view: ViewName, type = ''): string {
  return `${nameOf(picture)}-${view}.${endings[type] ?? endingBy(picture.name)}`;
}

/** Has the browser save the bytes as a file of that name. */
export function save(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  create('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may ask where to first
}
