/**
 * Area under the curve of precision over recall, where each precision is raised to the best at the same or more recall (as PASCAL VOC
 * has it since 2010, and WIDER FACE): 0 to 1, or undefined where no face is annotated.
 *
 * `judged`: of everything found its `confidence` and whether it `isFace`, in any order; `total`: how many faces are annotated. What is
 * equally sure is taken together, since no threshold could part it: the order that it comes in changes nothing.
 */
export function averagePrecision(judged, total) {
  if (total === 0) return undefined;
  const points = [];
  let right = 0;
  const sorted = judged.toSorted((a, b) => b.confidence - a.confidence);
  for (const [i, { confidence, isFace }] of sorted.entries()) {
    if (isFace) right++;
    if (confidence !== sorted[i + 1]?.confidence) points.push({ recall: right / total, precision: right / (i + 1) });
  }
  let area = 0;
  let best = 0;
  for (const [i, { recall, precision }] of [...points.entries()].reverse()) {
    best = Math.max(best, precision);
    area += best * (recall - (points[i - 1]?.recall ?? 0));
  }
  return area;
}
