const number = (value, digits) => (Number.isNaN(value) ? '-' : value.toFixed(digits));
const percent = (part, { faces }) => (part === 0 ? '0' : `${Math.max((100 * part) / faces, 0.1).toFixed(1)}`);
const same = (values) => (new Set(values).size === 1 ? values[0] : values.join(' / '));

const head = [
  'scene',
  'faces',
  'missed',
  'bridged',
  'switches',
  'breaks',
  'handed on',
  'jitter of centres: found, tracked, hidden',
  'jitter of sizes',
  'never found',
  'face shows, %: before, after',
  'head shows, %',
  'hidden area',
];

/** The cells of a scene: of `all` figures, one for each way to search, which stand apart by a slash where they differ. */
function row({ name, about }, all) {
  const [first] = all;
  const each = (of) => same(all.map((one) => String(of(one))));
  const jitter = (what) =>
    [
      number(first.jitter.found[what], 2),
      each((one) => number(one.jitter.tracked[what], 2)),
      each((one) => number(one.jitter.hidden[what], 2)),
    ].join(', ');
  const shows = (what) =>
    [first, ...all].map(({ visible: { before, after } }, i) =>
      i === 0 ? percent(before[what], before) : percent(after[what], after),
    );
  const beforeAfter = ([before, ...after]) => `${before}, ${same(after)}`;
  return [
    `${name}: ${about}`,
    first.there,
    each(({ bridged, lost }) => bridged + lost),
    each(({ bridged }) => bridged),
    each(({ switches }) => switches),
    each(({ fragmentations }) => fragmentations),
    each(({ handedOn }) => handedOn),
    jitter('centre'),
    jitter('size'),
    each(({ unknown }) => unknown.length),
    beforeAfter(shows('core')),
    beforeAfter(shows('head')),
    beforeAfter([number(first.visible.before.area, 1), ...all.map(({ visible: { after } }) => number(after.area, 1))]),
  ].map(String);
}

/** A table in Markdown of `results`, `{ scene, all }` each: `all` are the figures of each way to search. */
export function table(results) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...results.map(({ scene, all }) => line(row(scene, all)))].join(
    '\n',
  );
}
