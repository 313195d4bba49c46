import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Random choices that a seed (an integer of 32 bits) repeats. */
export class Random {
  #generator;

  constructor(seed) {
    this.#generator = mersenne(seed);
  }

  /** Both ends included. */
  integer(min, max) {
    return uniformInt(this.#generator, min, max);
  }

  /** From 0 to below 1. */
  share() {
    return this.integer(0, 2 ** 31 - 1) / 2 ** 31;
  }

  /** Seconds until the next of events that come independently, `rate` of them a second on average (exponential). */
  gap(rate) {
    return -Math.log(1 - this.share()) / rate;
  }

  /** Whether something of this probability, 0 to 1, comes to pass. */
  chance(probability) {
    return this.integer(0, 999_999) < probability * 1e6;
  }

  pick(list) {
    return list[this.integer(0, list.length - 1)];
  }

  /** One of `[weight, value]`; weights are integers. */
  weighted(entries) {
    const sum = entries.reduce((before, [weight]) => before + weight, 0);
    let at = this.integer(1, sum);
    for (const [weight, value] of entries) {
      at -= weight;
      if (at <= 0) return value;
    }
    throw new Error('unreachable');
  }

  bytes(count) {
    return Buffer.from(Array.from({ length: count }, () => this.integer(0, 255)));
  }
}

/** Choices that no other run makes. */
export const anyRandom = () => new Random(Date.now() % 2 ** 31);
