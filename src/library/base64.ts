const dataUrl = /^data:[^,]{0,200};base64,/i;
const alphabets = [/^[A-Za-z0-9+/ \t\r\n]*(=[ \t\r\n]*){0,2}$/, /^[A-Za-z0-9_ \t\r\n-]*(=[ \t\r\n]*){0,2}$/];

const withoutPrefix = (text: string) => text.replace(dataUrl, '');

/** Whether the text has all of its padding or none, and no digit too many. */
function isWhole(base64: string): boolean {
  let digits = 0;
  let padding = 0;
  const bytes = Buffer.from(base64, 'latin1');
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x3d) padding++;
    else if (byte > 0x20) digits++;
  }
  return padding === 0 ? digits % 4 !== 1 : (digits + padding) % 4 === 0;
}

/**
 * Whether spaces stand between the digits of a base64 text, where the decoding of a form has made them of its `+`. Those beside a line
 * end only indent.
 */
export function hasLostPlus(text: string): boolean {
  return text.includes(' ') && /[^\s] +[^\s=]/.test(withoutPrefix(text));
}

/**
 * Bytes of a base64 text (RFC 4648), with or without a `data:...;base64,` prefix, in one line or many: of one alphabet, with all of its
 * padding or none. Undefined where it is none.
 */
export function decodeBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || hasLostPlus(text)) return undefined;
  const base64 = withoutPrefix(text);
  return alphabets.some((alphabet) => alphabet.test(base64)) && isWhole(base64)
    ? Buffer.from(base64, 'base64')
    : undefined;
}
