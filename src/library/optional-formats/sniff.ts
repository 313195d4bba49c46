/** Formats that packages of others decode, where they are installed; native code reads the rest. */
export const optionalFormats = ['heic', 'avif', 'gif'] as const;
export type OptionalFormat = (typeof optionalFormats)[number];

const formatOfBrand: Readonly<Record<string, OptionalFormat>> = {
  avif: 'avif',
  avis: 'avif',
  heic: 'heic',
  heix: 'heic',
  hevc: 'heic',
  heim: 'heic',
  heis: 'heic',
};
// What only says "still images": their coding is named by a property, which stands among the first boxes.
const generalBrands: readonly string[] = ['mif1', 'msf1', 'miaf'];
const brandBytes = 256;
const propertyBytes = 16_384;

/** `length` bytes from `at` as Latin-1; fewer at the end. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** The brands of an ISO base media file, in file order: the major one, then the compatible ones. */
function brandsOf(bytes: Uint8Array): string[] {
  if (textAt(bytes, 4, 4) !== 'ftyp') return [];
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const end = Math.min(Math.max(size, 16), brandBytes, bytes.length);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4) brands.push(textAt(bytes, at, 4));
  return brands;
}

function formatOfProperty(bytes: Uint8Array): OptionalFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, propertyBytes));
  if (start.includes('hvcC')) return 'heic';
  return start.includes('av1C') ? 'avif' : undefined;
}

/** The format by the first bytes; undefined for those that native code reads or refuses by name. */
export function optionalFormatOf(bytes: Uint8Array): OptionalFormat | undefined {
  if (/^GIF8[79]a/.test(textAt(bytes, 0, 6))) return 'gif';
  const brands = brandsOf(bytes);
  if (brands[0] === 'crx ') return undefined; // camera raw
  for (const brand of brands) {
    const format = formatOfBrand[brand];
    if (format) return format;
  }
  return generalBrands.includes(brands[0] as string) ? formatOfProperty(bytes) : undefined;
}
