// Of a signal only what every realm's has: those of jsdom 20, which jest 29 brings, cannot throw.

/** Whether `value` is an AbortSignal, by what is used of it. */
export function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

/** Throws the reason of a signal that has aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

interface Shared {
  /** What waits, in the order it came. */
  readonly waiters: Set<{ run: () => void }>;
  readonly listener: () => void;
}

const sharedOf = new WeakMap<AbortSignal, Shared>();

function share(signal: AbortSignal): Shared {
  const waiters = new Set<{ run: () => void }>();
  const listener = () => {
    for (const { run } of waiters) run();
  };
  signal.addEventListener('abort', listener);
  const shared = { waiters, listener };
  sharedOf.set(signal, shared);
  return shared;
}

/**
 * Calls `run`, which must not throw, when `signal` aborts from now on, unless the function that it gives has been called before. However
 * many wait for a signal, it has one listener, and none once they have left: Node.js takes more than ten for a leak.
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (!signal) return () => undefined;
  const { waiters, listener } = sharedOf.get(signal) ?? share(signal);
  const waiter = { run };
  waiters.add(waiter);
  return () => {
    if (!waiters.delete(waiter) || waiters.size > 0) return;
    signal.removeEventListener('abort', listener);
    sharedOf.delete(signal);
  };
}
