/** Where one coordinate of a face is and how fast it moves, with the uncertainty of both: the state of a Kalman filter. */
export interface Motion {
  position: number;
  /** Per second. */
  speed: number;
  /** Variances of both and their covariance. */
  pp: number;
  ps: number;
  ss: number;
}

/** How uncertain the filter is about one coordinate, in that coordinate's units. */
export interface Noise {
  /** Standard deviation of a found box from the face. */
  measured: number;
  /** Standard deviation of the speed that a face gains in a second. */
  gained: number;
}

// Seconds after which the speed of a face that is not seen counts 1/e: people stop sooner than they walk on.
const memory = 0.5;

export function startMotion(position: number, noise: Noise): Motion {
  return { position, speed: 0, pp: noise.measured ** 2, ps: 0, ss: noise.gained ** 2 };
}

/** What the passing of time does: position += reach x speed, speed *= rest. */
const passing = (seconds: number) => {
  const rest = Math.exp(-seconds / memory);
  return { reach: memory * (1 - rest), rest };
};

/** Where it is `seconds` (at least 0) later if nothing is seen of it. */
export function predict({ position, speed, pp, ps, ss }: Motion, seconds: number, noise: Noise): Motion {
  const { reach, rest } = passing(seconds);
  const gained = noise.gained ** 2 * seconds;
  return {
    position: position + reach * speed,
    speed: rest * speed,
    pp: pp + 2 * reach * ps + reach ** 2 * ss + (gained * seconds ** 2) / 3,
    ps: rest * (ps + reach * ss) + (gained * seconds) / 2,
    ss: rest ** 2 * ss + gained,
  };
}

/** The motion after `position` was measured. */
export function correct(motion: Motion, position: number, noise: Noise): Motion {
  const { pp, ps, ss } = motion;
  const certainty = 1 / (pp + noise.measured ** 2);
  const difference = position - motion.position;
  return {
    position: motion.position + pp * certainty * difference,
    speed: motion.speed + ps * certainty * difference,
    pp: pp - pp * certainty * pp,
    ps: ps - pp * certainty * ps,
    ss: ss - ps * certainty * ps,
  };
}

/** A coordinate at one moment; `measured` is missing where nothing was found. */
export interface Sample {
  /** Seconds, rising. */
  time: number;
  measured: number | undefined;
}

/**
 * The positions at all samples as all of them together make them most likely (a Rauch-Tung-Striebel smoother): forwards by the
 * filter, then backwards. The first sample must be measured.
 */
export function smoothed(samples: readonly Sample[], noise: Noise): number[] {
  const filtered: Motion[] = [];
  const predicted: Motion[] = [];
  for (const [i, { time, measured }] of samples.entries()) {
    const before = filtered[i - 1];
    const ahead = before
      ? predict(before, time - (samples[i - 1] as Sample).time, noise)
      : startMotion(measured as number, noise);
    predicted.push(ahead);
    filtered.push(measured === undefined ? ahead : correct(ahead, measured, noise));
  }
  const positions: number[] = [];
  let later = filtered.at(-1);
  for (let i = samples.length - 1; i >= 0; i--) {
    const now = filtered[i] as Motion;
    if (later && i < samples.length - 1) {
      const seconds = (samples[i + 1] as Sample).time - (samples[i] as Sample).time;
      later = lookBack(now, predicted[i + 1] as Motion, later, seconds);
    }
    positions[i] = (later as Motion).position;
  }
  return positions;
}

/** `now` with what is known of `later`, of which `ahead` was the prediction from `now`. Means only: nobody reads the variances. */
function lookBack(now: Motion, ahead: Motion, later: Motion, seconds: number): Motion {
  const { reach, rest } = passing(seconds);
  // The covariance of now's state with ahead's, times the inverse of ahead's.
  const [a, b, c, d] = [now.pp + reach * now.ps, rest * now.ps, now.ps + reach * now.ss, rest * now.ss];
  const determinant = ahead.pp * ahead.ss - ahead.ps ** 2;
  if (!(determinant > 0)) return now; // two samples at the same time
  const byPosition = (later.position - ahead.position) / determinant;
  const bySpeed = (later.speed - ahead.speed) / determinant;
  const x = ahead.ss * byPosition - ahead.ps * bySpeed;
  const y = ahead.pp * bySpeed - ahead.ps * byPosition;
  return { ...now, position: now.position + a * x + b * y, speed: now.speed + c * x + d * y };
}
