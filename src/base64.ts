/** Bytes of a base64 text, with or without a `data:` prefix, white space or not; undefined where it is none. */
export function decodeBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const base64 = text.replace(/^data:[^,]{0,200},/, '');
  return /^[A-Za-z0-9+/_\s-]*(=\s*){0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}
