// npm run coverage:ts: which lines of src/ the tests run, in the service's processes and in the demo page's browser as well. Fails
// below 95 % of them. Left out are the tests of the package, which run copies of it. The lines that no test runs stand in the table
// and, for editors, in build/coverage/lcov.info.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { root, setUpOrExit } from './setup.mjs';

function node(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}

const c8 = [
  path.join('node_modules', 'c8', 'bin', 'c8.js'),
  ...['--all', '--src', 'src', '--include', 'src/**', '--exclude-after-remap'],
  ...['--reporter', 'text', '--reporter', 'lcovonly', '--reports-dir', 'build/coverage'],
  ...['--temp-directory', 'build/coverage/raw', '--clean', '--check-coverage', '--lines', '95'],
];
const tests = [
  ...['scripts/test.mjs', '--without-setup', '--without-core'],
  ...['--ignore', 'build/test/package/**', '--timeout', '600000'],
];

await setUpOrExit({ withTests: true });
const compile = path.join('scripts', 'compile.mjs');
if (node(compile, '--sourceMap') !== 0) process.exit(1);
try {
  process.exitCode = node(...c8, process.execPath, ...tests);
} finally {
  rmSync(path.join(root, 'build', 'coverage', 'raw'), { recursive: true, force: true });
  rmSync(path.join(root, 'dist'), { recursive: true });
  node(compile);
}
