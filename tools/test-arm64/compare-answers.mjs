// How far the answers of two machines are from each other, in pixels and in confidence.

// The tolerance of test/fixtures/parity.mts.
const pixels = 1;
const confidence = 0.002;

const corners = ({ box: { x, y, width, height } }) => [x, y, x + width, y + height];
const points = ({ landmarks }) => Object.values(landmarks).flatMap(({ x, y }) => [x, y]);

function largest(a, b) {
  return Math.max(0, ...a.map((value, index) => Math.abs(value - b[index])));
}

/** Of one picture; `isWithin` is false for another number of faces too. */
function difference(a, b) {
  if (a.length !== b.length)
    return { faces: [a.length, b.length], box: NaN, landmark: NaN, confidence: NaN, isWithin: false };
  const of = (numbers) => Math.max(0, ...a.map((face, index) => largest(numbers(face), numbers(b[index]))));
  const sizes = { box: of(corners), landmark: of(points), confidence: of((face) => [face.confidence]) };
  return { ...sizes, isWithin: sizes.box <= pixels && sizes.landmark <= pixels && sizes.confidence <= confidence };
}

/**
 * Compares what answers.mjs has printed on two machines, for the same files. Answers a row for each engine and picture: `box` and
 * `landmark` are the largest differences of a coordinate in pixels, `confidence` of a confidence, `isWithin` whether the parity's
 * tolerance (1 px, 0.002) holds.
 */
export function compareAnswers(one, other) {
  return one.answers.map(({ engine, file, faces }, index) => {
    const counterpart = other.answers[index];
    if (counterpart?.engine !== engine || counterpart.file !== file) throw new Error(`no second answer to ${file}`);
    return { engine, file, faces: faces.length, ...difference(faces, counterpart.faces) };
  });
}

/** The rows' largest differences, by engine, as lines. */
export function summarize(rows) {
  return [...new Set(rows.map(({ engine }) => engine))].map((engine) => {
    const own = rows.filter((row) => row.engine === engine);
    const most = (field) => Math.max(...own.map((row) => row[field])).toPrecision(2);
    const equal = own.filter(({ box, landmark, confidence: score }) => box + landmark + score === 0).length;
    const faces = own.reduce((sum, row) => sum + (Array.isArray(row.faces) ? row.faces[0] : row.faces), 0);
    return (
      `${engine}: ${equal} of ${own.length} pictures (${faces} faces) equal to the bit; at most ${most('box')} px in a box, ` +
      `${most('landmark')} px in a point, ${most('confidence')} in a confidence`
    );
  });
}
