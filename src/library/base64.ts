const dataUrl = /^data:[^,]{0,200};base64,/i;
const alphabets = [/^[A-Za-z0-9+/ \t\r\n]*(=[ \t\r\n]*){0,2}$/, /^[A-Za-z0-9_ \t\r\n-]*(=[ \t\r\n]*){0,2}$/];

const withoutPrefix = (text: string) => text.replace(dataUrl, '');

/** Whether the padding is complete or absent, and the number of digits is possible. */
function hasValidLength(base64: string): boolean {
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
 * Whether there are spaces between the digits, which are `+` signs that were decoded as a form. Spaces next to a line
 * end are indentation.
 */
export function hasLostPlus(text: string): boolean {
  return text.includes(' ') && /[^\s] +[^\s=]/.test(withoutPrefix(text));
}

/**
 * Decodes base64 (RFC 4648), with or without a `data:...;base64,` prefix, on one or many lines, in one alphabet, with
 * complete padding or none. Undefined if `text` is not base64.
 */
export function decodeBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || hasLostPlus(text)) return undefined;
  const base64 = withoutPrefix(text);
  return alphabets.some((alphabet) => alphabet.test(base64)) && hasValidLength(base64)
    ? Buffer.from(base64, 'base64')
    : undefined;
}
