/** A header parameter: its name in lower case, its value unquoted. */
export type Parameter = readonly [name: string, value: string];

const endOfParameter = /[ \t]*(;|$)/y;

function endsAt(text: string, place: number): boolean {
  endOfParameter.lastIndex = place;
  return endOfParameter.test(text);
}

/**
 * The quoted value that begins at `start`, and where it ends; undefined if it is unterminated. Quotes inside may be
 * escaped, by a backslash as in HTTP or as %22 as browsers do; or not, if no parameter could begin after them.
 */
function readQuoted(text: string, start: number): { value: string; end: number } | undefined {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"' && endsAt(text, at + 1)) return { value: value.replaceAll('%22', '"'), end: at + 1 };
    // Any other backslash is literal: some browsers sent full Windows paths.
    if (text[at] === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) at++;
    value += text.charAt(at);
  }
  return undefined;
}

/**
 * The parameters of a header such as `form-data; name="image"; filename=my photo.jpg;` in order, duplicates included;
 * sections without `=` are skipped. Undefined if a quoted value is unterminated.
 */
export function headerParameters(header: string): Parameter[] | undefined {
  const parameters: Parameter[] = [];
  let at = header.indexOf(';');
  while (at >= 0) {
    const begin = at + 1;
    const end = header.indexOf(';', begin);
    const section = header.slice(begin, end < 0 ? undefined : end);
    const equals = section.indexOf('=');
    at = end;
    if (equals < 0) continue;
    const name = section.slice(0, equals).trim().toLowerCase();
    const raw = section.slice(equals + 1);
    const quote = begin + equals + 1 + raw.search(/[^ \t]|$/);
    if (header[quote] !== '"') {
      parameters.push([name, raw.trim()]);
      continue;
    }
    const quoted = readQuoted(header, quote);
    if (!quoted) return undefined;
    parameters.push([name, quoted.value]);
    at = header.indexOf(';', quoted.end);
  }
  return parameters;
}
