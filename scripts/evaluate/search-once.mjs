// Searches an image once by a model and prints the process's memory in MB: what memory.mjs runs in a process for each.
import { readFileSync } from 'node:fs';
import { loadAddon } from '../../dist/native.js';
import { createDetector } from './detectors.mjs';

const [what, image] = process.argv.slice(2);
const bytes = readFileSync(image);
if (what === 'addon') loadAddon();
else if (what !== 'nothing') await (await createDetector(what)).detect(bytes);

const status = readFileSync('/proc/self/status', 'utf8');
const megabytes = (name) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]) * 1024) / 1e6;
console.log(JSON.stringify({ resident: megabytes('VmRSS'), peak: megabytes('VmHWM') }));
