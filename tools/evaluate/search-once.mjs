// Searches an image once by a model and prints the process's memory in MB: what memory.mjs runs in a process for each.
import { readFileSync } from 'node:fs';
import { loadAddon } from '../lib/library.mjs';
import { memoryOf } from '../lib/proc.mjs';
import { createDetector } from './detectors.mjs';

async function search(what, image) {
  const bytes = readFileSync(image);
  if (what === 'addon') loadAddon();
  else if (what !== 'nothing') await (await createDetector(what)).detect(bytes);
}

/** A field of this process's status, in MB. */
const megabytes = (field) => memoryOf('self', field) / 1e6;

const [what, image] = process.argv.slice(2);
try {
  await search(what, image);
  const resident = megabytes('VmRSS');
  console.log(JSON.stringify({ resident, peak: megabytes('VmHWM') }));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
