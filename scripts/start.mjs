// npm start: the set-up, then the service in this same process, so that signals reach it.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setUpOrExit } from './setup.mjs';
import { root } from './steps.mjs';

await setUpOrExit();
process.argv = [process.argv[0], path.join(root, 'dist', 'cli.js'), 'serve'];
await import(pathToFileURL(process.argv[1]).href);
