// What a search costs by what is known before it: the size of the image, the smallest face asked for, how many faces there are.

const terms = {
  // Decoding, and making the first level of the image pyramid.
  megapixel: ({ megapixels }) => megapixels,
  // P-Net: the pyramid has that many pixels, up to a constant.
  megapixelAt20: ({ megapixels, minFaceSize }) => megapixels * (20 / minFaceSize) ** 2,
  // R-Net and O-Net: the more faces, the more candidates.
  face: ({ faces }) => faces,
};
const names = Object.keys(terms);

/** Solves a x = b by elimination with pivoting; `a` is square and regular. */
function solve(a, b) {
  const rows = a.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.slice(k).reduce((best, row) => (Math.abs(row[k]) > Math.abs(best[k]) ? row : best));
    rows[rows.indexOf(pivot)] = rows[k];
    rows[k] = pivot.map((value) => value / pivot[k]);
    rows.forEach((row, i) => {
      if (i !== k) rows[i] = row.map((value, j) => value - row[k] * rows[k][j]);
    });
  }
  return rows.map((row) => row.at(-1));
}

/**
 * Milliseconds of a core for each term: those whose squared relative errors over `samples` (facts, and `cpu` in milliseconds) are least.
 */
export function lawOf(samples) {
  const rows = samples.map((sample) => names.map((name) => terms[name](sample) / sample.cpu));
  const products = names.map((_name, i) =>
    names.map((_other, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
  );
  const sums = names.map((_name, i) => rows.reduce((sum, row) => sum + row[i], 0));
  const solved = solve(products, sums);
  return Object.fromEntries(names.map((name, i) => [name, solved[i]]));
}

/** Milliseconds of a core for a search, by the law. */
export function costByLaw(law, facts) {
  return names.reduce((sum, name) => sum + law[name] * terms[name](facts), 0);
}
