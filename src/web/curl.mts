// Characters that are plain to a shell inside double quotes, and to curl in a form's file name.
const plainName = /^[\p{L}\p{N} ()+_.-]+$/u;

/** The file as the form field `image`, quoted for shells; with unusual characters, for POSIX shells only. */
function imageField(name: string): string {
  if (plainName.test(name)) return `"image=@${name}"`;
  return quoted(`image=@"${name.replaceAll(/["\\]/g, '\\$&')}"`);
}

/** A word quoted for shells; with unusual characters, for POSIX shells only. */
const quoted = (word: string) => (plainName.test(word) ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`);

/** The same request as a curl command. `output`: the file for an answer that is a picture. The key is not shown. */
export function curlLine(url: URL, name: string, hasKey: boolean, output?: string): string {
  const parts = ['curl', '-F', imageField(name)];
  if (hasKey) parts.push('-H "X-API-Key: $API_KEY"');
  if (output) parts.push('-o', quoted(output));
  return [...parts, `"${url}"`].join(' ');
}

/** The WebSocket for the frames of a webcam, in JavaScript. The key is not shown. */
export function webSocketLine(url: URL, hasKey: boolean): string {
  const protocols = hasKey ? '["faces.v1", "key." + API_KEY_IN_BASE64URL]' : '"faces.v1"';
  return `new WebSocket("${url}", ${protocols})`;
}
