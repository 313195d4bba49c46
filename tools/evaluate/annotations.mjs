// What people have marked on images: { name, faces: [{ box: { x, y, width, height }, isIgnored }] } of each image, in pixels. Three
// forms are read, told apart by what the file holds.

/** Numbers of a face's line, and what they say. */
const forms = {
  // WIDER FACE: x y w h blur expression illumination invalid occlusion pose
  10: ([x, y, width, height, _blur, _expression, _illumination, invalid]) => ({
    box: { x, y, width, height },
    // Some boxes of its training set have no area: nothing could ever match them.
    isIgnored: invalid === 1 || !(width > 0 && height > 0),
  }),
  // FDDB: major and minor radius, angle of the major axis to the horizontal in radians, centre, 1
  6: ([major, minor, angle, x, y]) => {
    const halfWidth = Math.hypot(major * Math.cos(angle), minor * Math.sin(angle));
    const halfHeight = Math.hypot(major * Math.sin(angle), minor * Math.cos(angle));
    const box = { x: x - halfWidth, y: y - halfHeight, width: 2 * halfWidth, height: 2 * halfHeight };
    return { box, isIgnored: !(major > 0 && minor > 0) };
  },
};
const expected = 'the 10 numbers of a face (WIDER FACE) or 6 (FDDB)';

/** The face on a line, or undefined where there is none. */
function faceOn(text) {
  const numbers = text.split(/\s+/).map(Number);
  return numbers.every(Number.isFinite) ? forms[numbers.length]?.(numbers) : undefined;
}

function* blocks(text) {
  const lines = text.split(/\r?\n/).map((line, i) => ({ text: line.trim(), number: i + 1 }));
  const rest = lines.filter((line) => line.text !== '');
  // Not by shift(), which moves all that is left: 180,000 lines, as those of WIDER FACE, took 17 s.
  let at = 0;
  const take = (what) => rest[at++] ?? fail(lines.length, `the file ends where ${what} should be`);
  while (at < rest.length) {
    const name = take('an image');
    if (faceOn(name.text)) fail(name.number, 'a face more than the count before says, or an image without a name');
    const count = take(`the number of faces of ${name.text}`);
    if (!/^\d+$/.test(count.text)) fail(count.number, `"${count.text}" is no number of faces`);
    const faces = [];
    while (faces.length < Number(count.text)) {
      const line = take(`face ${faces.length + 1} of ${count.text} of ${name.text}`);
      faces.push(faceOn(line.text) ?? fail(line.number, `"${line.text}" instead of ${expected}`));
    }
    // WIDER FACE has a face of ten zeros on images without any.
    if (faces.length === 0 && /^0( 0){9}$/.test(rest[at]?.text)) at++;
    yield { name: name.text, faces, line: name.number };
  }
}

/** Answers of a detector by image, as ../shared/golden holds them: { name: { faces: [{ box: [x1, y1, x2, y2] }] } }. */
function fromJson(text) {
  return Object.entries(JSON.parse(text)).map(([name, image]) => {
    if (!Array.isArray(image?.faces)) throw new Error(`${name} has no list called faces`);
    const faces = image.faces.map((face, i) => {
      const box = face?.box;
      const isBox = Array.isArray(box) && box.length === 4 && box.every(Number.isFinite);
      if (!isBox) throw new Error(`${name}, face ${i + 1}: its box must be [x1, y1, x2, y2]`);
      const [x, y, x2, y2] = box;
      return { box: { x, y, width: x2 - x, height: y2 - y }, isIgnored: !(x2 > x && y2 > y) };
    });
    return { name, faces };
  });
}

function fail(line, reason) {
  throw new Error(`line ${line}: ${reason}`);
}

/**
 * Reads annotations. Faces marked as invalid, or without area, are there but ignored. Throws Error with the line, or with the image
 * and face in a JSON file, of what cannot be read.
 */
export function parseAnnotations(text) {
  const content = text.replace(/^\uFEFF/, '');
  const images = /^\s*\{/.test(content) ? fromJson(content) : [...blocks(content)];
  if (images.length === 0) throw new Error('there are no annotations in it');
  const seen = new Set();
  for (const { name, line } of images) {
    if (seen.has(name)) fail(line, `${name} for the second time`);
    seen.add(name);
  }
  return images.map(({ name, faces }) => ({ name, faces }));
}
