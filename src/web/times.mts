import { create, element } from './element.mjs';

/** Milliseconds by stage, in the order of the header. */
export type Times = ReadonlyMap<string, number>;

const titles: Record<string, string> = {
  queue: 'Waiting',
  decode: 'Decode',
  pnet: 'P-Net',
  rnet: 'R-Net',
  onet: 'O-Net',
  detect: 'Search',
  orientation: 'Way up',
  quality: 'Quality',
  render: 'Render',
  encode: 'Encode',
  total: 'Total',
  roundTrip: 'Round trip',
};

/** Reads a `Server-Timing` header. */
export function readTimes(header: string | null): Map<string, number> {
  const entries = [...(header ?? '').matchAll(/([\w-]+);dur=([\d.]+)/g)];
  return new Map(entries.map(([, stage = '', ms]) => [stage, Number(ms)]));
}

const shown = (ms: number | undefined) => (ms === undefined ? '' : ms.toFixed(ms < 10 ? 1 : 0));

/** One stage's row: a bar for now, a mark for the run before. */
function row(stage: string, ms: number, before: number | undefined, max: number): HTMLTableRowElement {
  const bar = create('div', { className: 'bar-now' });
  const track = create('div', { className: 'track' }, bar);
  bar.style.width = `${(100 * ms) / max}%`;
  if (before !== undefined) {
    const mark = create('div', { className: 'mark-before' });
    mark.style.left = `${Math.min((100 * before) / max, 100)}%`;
    track.append(mark);
  }
  const was = before === undefined ? '' : `was ${shown(before)}`;
  const title = create('th', { scope: 'row' }, titles[stage] ?? stage);
  return create('tr', {}, title, create('td', {}, track), create('td', {}, shown(ms)), create('td', {}, was));
}

function toggle(isShown: boolean): void {
  element('times', HTMLTableElement).hidden = !isShown;
  element('no-times', HTMLParagraphElement).hidden = isShown;
}

export const hideTimes = () => toggle(false);

/** Shows the times of a run beside those of the run before, if there was one. */
export function showTimes(now: Times, before: Times | undefined): void {
  const table = element('times', HTMLTableElement);
  const max = Math.max(...now.values(), ...(before?.values() ?? []), 0.001);
  const rows = [...now].map(([stage, ms]) => row(stage, ms, before?.get(stage), max));
  table.tBodies[0]?.replaceChildren(...rows);
  toggle(true);
}
