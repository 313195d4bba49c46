// Uses only what signals of every realm have: those of jsdom 20, which jest 29 ships, lack throwIfAborted.

/** Duck-typed check for an AbortSignal. */
export function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

/** Throws the reason of a signal that has aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

interface Shared {
  /** Waiters in order of arrival. */
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
 * Calls `run`, which must not throw, when `signal` aborts, unless the returned function is called first. All waiters on
 * a signal share one listener, which is removed with the last of them: Node.js warns of a leak at more than ten.
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
