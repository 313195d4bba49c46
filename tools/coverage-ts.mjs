// Which lines of src/ the tests run.
//
// Also in the service's processes, in copies of dist/ and in the browser that shows the demo page. Fails below 95 % of them. Without the
// tests of the package, which compile dist/ anew. The lines that no test runs stand in the table and, for editors, in
// build/coverage/lcov.info.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setUpOrExit } from '../scripts/setup.mjs';
import { root } from '../scripts/steps.mjs';

const raw = path.join(root, 'build', 'coverage', 'raw');
const compile = path.join('scripts', 'compile.mjs');
const tests = [
  ...['scripts/test.mjs', '--all', '--without-setup', '--without-core'],
  ...['--ignore', 'build/test/package/**', '--timeout', '600000'],
];
const report = [
  ...[path.join('node_modules', 'c8', 'bin', 'c8.js'), 'report', '--temp-directory', raw],
  ...['--all', '--src', 'src', '--include', 'src/**', '--extension', '.ts', '--extension', '.mts'],
  ...['--exclude', 'src/service/http/service.ts'], // holds nothing but types, so that it never runs
  ...['--exclude-after-remap', '--check-coverage', '--lines', '95'],
  ...['--reporter', 'text', '--reporter', 'lcovonly', '--reports-dir', 'build/coverage'],
];

function node(args, environment = {}) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
    .status;
}

/** Counts what ran in a test's own copy of dist/, in a temporary folder of its own, for dist/. */
function countCopies() {
  const checkout = pathToFileURL(root).href.replace(/\/$/, '');
  for (const name of readdirSync(raw)) {
    const file = path.join(raw, name);
    // Scripts, and the sources that their source maps name.
    const text = readFileSync(file, 'utf8').replace(/file:\/\/[^"]*\/faces-\w+\/(?=(dist|src)\/)/g, `${checkout}/`);
    writeFileSync(file, text);
  }
}

await setUpOrExit({ withTests: true });
rmSync(raw, { recursive: true, force: true });
try {
  process.exitCode = node([compile, '--inlineSourceMap']) || node(tests, { NODE_V8_COVERAGE: raw });
  countCopies();
  process.exitCode = node(report) || process.exitCode;
} finally {
  rmSync(raw, { recursive: true, force: true });
  rmSync(path.join(root, 'dist'), { recursive: true });
  node([compile]);
}
