const boundary = 'soak-5f8a1c';

const part = (name, content, filename) => [
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename ? `; filename="${filename}"` : ''}\r\n\r\n`,
  content,
  '\r\n',
];

/** A form's body: `[name, text]` are fields, `[name, bytes, filename]` files. */
export function form(entries) {
  const pieces = [...entries.flatMap((entry) => part(...entry)), `--${boundary}--\r\n`];
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat(pieces.map((piece) => Buffer.from(piece))),
  };
}

/** An image as base64, with options beside it. */
export function json({ bytes }, options) {
  const members = { image: bytes.toString('base64'), ...Object.fromEntries(options) };
  return { type: 'application/json', bytes: Buffer.from(JSON.stringify(members)) };
}

/** `count` pieces at most, cut at random places. */
export function cut(random, bytes, count) {
  const places = Array.from({ length: count - 1 }, () => random.integer(0, bytes.length)).sort((a, b) => a - b);
  const pieces = [...places, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : places[i - 1], end));
  return pieces.filter(({ length }) => length > 0);
}
