/** A decoded image, or a canvas that this page has drawn. */
export type Drawable = HTMLImageElement | HTMLCanvasElement;

/** A picture to search. */
export interface Picture {
  /** Its file's name, or the name it would have as a file. */
  name: string;
  /** Whether the user has it as a file, which curl could read. */
  isFile: boolean;
  blob: Blob;
  /** undefined: this browser cannot show it. */
  drawable?: Drawable | undefined;
}

/** Size in pixels as displayed, EXIF orientation applied. */
export function sizeOf(drawable: Drawable): { width: number; height: number } {
  if (drawable instanceof HTMLCanvasElement) return { width: drawable.width, height: drawable.height };
  return { width: drawable.naturalWidth, height: drawable.naturalHeight };
}

/**
 * Whether this is a WebP file with EXIF data, whose orientation browsers ignore (Chromium 156 does): bit 3 of the flags
 * of its VP8X chunk, by the WebP container specification.
 */
async function isWebpWithExif(blob: Blob): Promise<boolean> {
  const head = new Uint8Array(await blob.slice(0, 21).arrayBuffer());
  return String.fromCharCode(...head.subarray(8, 16)) === 'WEBPVP8X' && ((head[20] ?? 0) & 8) !== 0;
}

/** An image element that shows the picture correctly; undefined if the browser cannot. */
export async function decode(blob: Blob): Promise<HTMLImageElement | undefined> {
  if (await isWebpWithExif(blob)) return undefined;
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  try {
    await image.decode();
    return image;
  } catch {
    URL.revokeObjectURL(image.src);
    return undefined;
  }
}

/** Frees a picture that is no longer shown. */
export function release(drawable: Drawable | undefined): void {
  if (drawable instanceof HTMLImageElement) URL.revokeObjectURL(drawable.src);
}

/** Encodes the canvas as a file of that type. Rejects if the browser cannot. */
export function encode(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error('the picture could not be encoded')));
    canvas.toBlob(done, type, quality);
  });
}
