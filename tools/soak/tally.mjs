/** Counts how requests ended, by route. */
export class Tally {
  /** `{ route: { outcome: count } }`; outcomes are statuses, or the ends that Sender gives. */
  counts = {};

  add(path, outcome) {
    const route = path.split('?')[0];
    this.counts[route] ??= {};
    this.counts[route][outcome] = (this.counts[route][outcome] ?? 0) + 1;
  }

  /** Such as `812 x 200, 5 x left`. */
  toString() {
    const sums = {};
    for (const [outcome, count] of Object.values(this.counts).flatMap(Object.entries))
      sums[outcome] = (sums[outcome] ?? 0) + count;
    return Object.entries(sums)
      .map(([outcome, count]) => `${count} x ${outcome}`)
      .join(', ');
  }
}
