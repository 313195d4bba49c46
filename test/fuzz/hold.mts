import fc, { type IAsyncPropertyWithHooks, type IPropertyWithHooks } from 'fast-check';

// Only what never ends takes so long, also on a busy machine.
const longestRunMs = 30_000;

type Property<T> = IPropertyWithHooks<T> | IAsyncPropertyWithHooks<T>;

/**
 * Tries a property of fast-check with `runs` inputs, as many as npm test has time for; the tool fuzz gives seconds instead. Rejects
 * with the smallest input that it finds to break it, and with the seed that brings it again.
 */
export async function hold<T>(property: Property<T>, runs = 300): Promise<void> {
  const seconds = Number(process.env.FUZZ_SECONDS ?? 0);
  // The same inputs in every npm test: what new ones find is no fault of the change that is tested.
  const effort =
    seconds > 0
      ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000 }
      : { numRuns: runs, seed: 20_261_123 };
  const details = await fc.check(property, { ...effort, timeout: longestRunMs });
  if (seconds > 0) console.log(`FUZZ ${details.numRuns} executions`);
  // An interruption is no failure here, but for one before the first run.
  if (details.counterexample !== null)
    throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
}
