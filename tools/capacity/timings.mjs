/** Milliseconds by stage, of a Server-Timing header. */
export function timingsOf(header = '') {
  const entries = header.matchAll(/(\w+);dur=([\d.]+)/g);
  return Object.fromEntries([...entries].map(([, stage, ms]) => [stage, Number(ms)]));
}
