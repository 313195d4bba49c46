/** Levels of 255 by which two pictures differ, on average over all samples, and are the same: what two decoders of JPEG may do. */
export const mostAlike = 2;

/**
 * How far two pictures of one size are apart: the mean difference of their red, green and blue, each 0 to 255, over black where they are
 * transparent. `data` has four bytes a pixel, RGBA with straight alpha.
 */
export function difference(one, other) {
  let sum = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    for (let c = 0; c < 3; c++) {
      sum += Math.abs(one.data[at + c] * one.data[at + 3] - other.data[at + c] * other.data[at + 3]);
    }
  }
  return sum / 255 / (one.data.length * 0.75);
}

const isOfOneSize = (one, other) => one.width === other.width && one.height === other.height;
const isSame = (one, other) => isOfOneSize(one, other) && difference(one, other) <= mostAlike;

/** What most readers show of a picture, and how many they are; of equally many the first one. */
export function standardOf(pictures) {
  const shown = pictures.filter(({ data }) => data);
  const alike = (picture) => shown.filter((other) => isSame(picture, other)).length;
  const most = Math.max(...shown.map(alike));
  return { standard: shown.find((picture) => alike(picture) === most), most };
}

/**
 * A word on each picture, `{ width, height, data }` or `{ refusal }`, against the one that most readers show: "same", "different" with
 * the size or the mean difference, "refused" with the reason. Where no two agree the first one is "shown", and the others are held against
 * it.
 */
export function verdicts(pictures) {
  const { standard, most } = standardOf(pictures);
  return pictures.map((picture) => {
    if (picture.refusal !== undefined) return `refused: ${picture.refusal}`;
    if (picture === standard) return most > 1 ? 'same' : 'shown';
    if (isSame(picture, standard)) return 'same';
    if (!isOfOneSize(picture, standard)) return `different: ${picture.width} x ${picture.height}`;
    return `different by ${difference(picture, standard).toFixed(0)}`;
  });
}
