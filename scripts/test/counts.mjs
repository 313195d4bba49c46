// What a part of the tests comes to: { passed, failed, skipped }, where skipped has the number of tests by the reason.
import { existsSync, readFileSync } from 'node:fs';

export const nothing = () => ({ passed: 0, failed: 0, skipped: {} });

export const skippedFor = (reason, count = 1) => ({ ...nothing(), skipped: { [reason]: count } });

export function sum(parts) {
  const total = nothing();
  for (const { passed, failed, skipped } of parts) {
    total.passed += passed;
    total.failed += failed;
    for (const [reason, count] of Object.entries(skipped)) total.skipped[reason] = (total.skipped[reason] ?? 0) + count;
  }
  return total;
}

export const countsIn = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : nothing());

/** A program that ends badly although no test of it failed, or that has run no test at all, has failed as well. */
export function judged(title, status, counts, mayBeNone = false) {
  if (counts.failed > 0 || (status === 0 && (counts.passed > 0 || mayBeNone))) return counts;
  console.error(`${title}: ended with ${status}, ${counts.passed} tests passed`);
  return { ...counts, failed: 1 };
}

/** The closing lines: why tests were skipped, a line for each reason, then the counts. */
export function summary({ passed, failed, skipped }) {
  const reasons = Object.entries(skipped).sort(([, a], [, b]) => b - a);
  const count = reasons.reduce((total, [, number]) => total + number, 0);
  const list = reasons.map(([reason, number]) => `  ${String(number).padStart(5)}  ${reason}\n`).join('');
  return `${list && `Skipped:\n${list}\n`}${passed} passed, ${failed} failed${count > 0 ? `, ${count} skipped` : ''}`;
}
