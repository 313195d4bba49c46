/**
 * Starts `work` on up to `window` items ahead of the consumer, and yields the results in the order of the items. Stops
 * at the first rejection in that order.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  window: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for (const item of items) {
    const answer = work(item);
    answer.catch(() => {}); // handled when its turn comes
    begun.push(answer);
    if (begun.length >= window) yield await (begun.shift() as Promise<R>);
  }
  for (const answer of begun) yield await answer;
}
