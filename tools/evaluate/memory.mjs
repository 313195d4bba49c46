import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { table } from './report.mjs';

const program = path.join(import.meta.dirname, 'search-once.mjs');

/**
 * Memory in MB of a process of each model that has searched the image once, `resident` then and `peak` before, and of two processes
 * that search nothing: one without the addon, one with it. Linux only. Rejects where a process fails, with what it says.
 */
export async function measureMemory(models, image, signal) {
  const rows = [];
  for (const what of ['nothing', 'addon', ...models]) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, what, image], { signal }).catch(
      (error) => {
        throw new Error(`${what}: ${error.stderr?.trim() || error.message}`);
      },
    );
    rows.push({ what, ...JSON.parse(stdout) });
  }
  return rows;
}

/** The rows for people, with what each takes beyond the process that has only loaded the addon. */
export function memoryReport(rows) {
  const addon = rows.find(({ what }) => what === 'addon');
  const cells = rows.map(({ what, resident, peak }) =>
    [what, resident, peak, resident - addon.resident, peak - addon.peak].map((value) =>
      typeof value === 'number' ? value.toFixed(0) : value,
    ),
  );
  return `${table([['MB', 'RESIDENT', 'PEAK', 'OVER ADDON', 'PEAK OVER ADDON'], ...cells])}
Each in a process of its own, after one search: nothing is Node.js with the library, addon that with OpenCV loaded.
`;
}
