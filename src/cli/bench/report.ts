import { plural } from '../plural.js';
import type { Figures } from './measure.js';

const stages = ['decode', 'pnet', 'rnet', 'onet', 'total'];

/** The figures as a table. */
export function report({ images, faces, cores, opencv, auto, engines }: Figures): string {
  const row = (cells: string[]) =>
    `${cells.map((cell, i) => (i === 0 ? cell.padEnd(8) : cell.padStart(i === 2 ? 16 : 9))).join('')}\n`;
  const rows = engines.map(({ engine, median, least, most, stages: times }) =>
    row([
      engine,
      median.toFixed(1),
      `${least.toFixed(1)} - ${most.toFixed(1)}`,
      ...stages.map((stage) => (times[stage] ?? 0).toFixed(2)),
    ]),
  );
  const [slow, fast] = engines;
  const ratio =
    fast && slow
      ? `${fast.engine} searches ${(fast.median / slow.median).toFixed(2)} times as many as ${slow.engine}.\n`
      : '';
  return (
    `${images}, ${plural(faces, 'face')}; ${cores} at once; OpenCV ${opencv}; auto takes ${auto.engine}: ${auto.reason}\n\n` +
    row(['ENGINE', 'IMAGES/S', 'LEAST - MOST', ...stages.map((stage) => stage.toUpperCase())]) +
    rows.join('') +
    `\n${ratio}Times are milliseconds per image, ${cores} at once.\n`
  );
}
