/**
 * Begins `work` for at most `window` items ahead of what has been taken, and gives the answers in the order of the items.
 * Ends with the first rejection in that order.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  window: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for (const item of items) {
    const answer = work(item);
    answer.catch(() => {}); // seen when its turn comes
    begun.push(answer);
    if (begun.length >= window) yield await (begun.shift() as Promise<R>);
  }
  for (const answer of begun) yield await answer;
}
