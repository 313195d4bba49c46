import { headerParameters, type Parameter } from './header-parameters.js';
import { brokenForm } from './request-error.js';

const token = /^[\w!#$%&'*+.^`|~-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this rejects
const controls = /[\0-\x08\x0a-\x1f\x7f]/;

/** The header's lines by lower-case name. */
function readLines(block: string, lineEnd: string): Map<string, string> {
  const lines = new Map<string, string>();
  for (const line of block.replaceAll(`${lineEnd} `, ' ').replaceAll(`${lineEnd}\t`, ' ').split(lineEnd)) {
    if (controls.test(line)) throw brokenForm('a control character in the header of a part');
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!token.test(name)) throw brokenForm('Malformed part header');
    if (lines.has(name) && name.startsWith('content-')) throw brokenForm(`a part has two headers ${name}`);
    lines.set(name, line.slice(colon + 1).trim());
  }
  return lines;
}

/**
 * Decodes `charset'language'text` with percent escapes (RFC 8187) to UTF-8 bytes, returned as Latin-1; other text is
 * returned unchanged.
 */
function readExtended(value: string): string {
  const [, charset = '', text] = /^([\w-]*)'[^']*'(.*)$/.exec(value) ?? [];
  if (text === undefined) return value;
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return charset.toLowerCase() === 'iso-8859-1' ? Buffer.from(bytes).toString('latin1') : bytes;
}

/** The parameter `name`, given plainly, as `name*` (RFC 8187), or in sections `name*0*`, `name*1*` (RFC 2231). */
function parameterOf(parameters: readonly Parameter[], name: 'name' | 'filename'): string | undefined {
  const plain = parameters.filter(([key]) => key === name);
  const extended = parameters.filter(([key]) => key.startsWith(`${name}*`));
  const isInSections = extended.every(([key], i) => key.replace(/\*$/, '') === `${name}*${i}`);
  const mayBeBoth = name === 'filename'; // RFC 6266 allows both, for parsers that know only one
  if (
    plain.length > 1 ||
    (extended.length > 1 && !isInSections) ||
    (plain.length > 0 && extended.length > 0 && !mayBeBoth)
  ) {
    throw brokenForm(`a part has two parameters ${name}`);
  }
  if (extended.length === 0) return plain[0]?.[1];
  const value = extended.map(([, section]) => section).join('');
  return extended[0]?.[0].endsWith('*') ? readExtended(value) : value;
}

function quoted(value: string): string {
  if (controls.test(value)) throw brokenForm('a control character in a name');
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/**
 * The header of a part (bytes as Latin-1) rewritten in the one spelling that busboy parses unambiguously. A part is a
 * file if it has a file name, even an empty one, or is application/octet-stream; the disposition type is ignored.
 * Throws RequestError MALFORMED_BODY if two parsers could read the header differently.
 */
export function strictHeader(block: string, lineEnd: string): string {
  const lines = readLines(block, lineEnd);
  const disposition = lines.get('content-disposition');
  const type = lines.get('content-type') ?? 'text/plain';
  if (disposition === undefined) return `Content-Type: text/plain`; // busboy skips such a part
  const parameters = headerParameters(disposition);
  if (!parameters) throw brokenForm('a quoted name does not end');
  const name = parameterOf(parameters, 'name');
  const filename = parameterOf(parameters, 'filename');
  const isFile = filename !== undefined || /^application\/octet-stream[ \t]*(;|$)/i.test(type);
  return [
    'Content-Disposition: form-data',
    name ? `; name=${quoted(name)}` : '',
    filename ? `; filename=${quoted(filename)}` : '',
    `\r\nContent-Type: ${isFile ? 'application/octet-stream' : type}`,
  ].join('');
}
