/** How an image is decoded. */
export interface DecodeOptions {
  /** Refuse images of more pixels, or that take more than 12 bytes of memory for each pixel of this. */
  maxPixels: number;
  /** Whether the pixels get a fourth channel where the image has alpha. */
  keepsAlpha: boolean;
  signal: AbortSignal | undefined;
}

/** Longest decoding in seconds: several times what 50 megapixels take on a busy core. */
export const maxDecodeSeconds = 60;
