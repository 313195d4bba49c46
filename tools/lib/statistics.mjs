import * as statistics from 'simple-statistics';

/** Of nothing: NaN, where the library throws. */
const orNaN = (of) => (values, share) => (values.length > 0 ? of(values, share) : Number.NaN);

export const mean = orNaN(statistics.mean);
/** Of an even number of values, the mean of the two in the middle. */
export const median = orNaN(statistics.median);
/** The value below which that share of them lies, 0 to 1: 0 gives the least, 1 the largest. */
export const quantile = orNaN(statistics.quantile);
