// The last part of npm run lint, after the compiler's: style, the rules that need types, and the format of the C++ code. npm test
// runs the same checks, each as a test.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { clangTool, clangVersion, cppFiles } from './clang-tool.mjs';
import { root } from './steps.mjs';

const script = (...parts) => [process.execPath, path.join(root, 'node_modules', ...parts)];

function clangFormat() {
  const tool = clangTool('clang-format');
  if (!tool) return { missing: `clang-format ${clangVersion} is not installed` };
  return { command: [tool, '--dry-run', '-Werror', ...cppFiles('.cc', '.h')] };
}

/** What each check is called, and the command that prints what is wrong; or what is missing for it here. */
export const checks = [
  { name: 'Biome', command: [...script('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'] },
  {
    name: 'ESLint',
    command: [...script('eslint', 'bin', 'eslint.js'), '--max-warnings=0', 'src', 'scripts', 'tools', 'test'],
  },
  {
    name: 'dependency-cruiser',
    command: [...script('dependency-cruiser', 'bin', 'dependency-cruise.mjs'), 'src', 'scripts', 'tools'],
  },
  { name: 'clang-format', ...clangFormat() },
];

/** Runs a check's command. Its output where it finds something, empty where not. */
export function findings([file, ...args]) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status === 0) return '';
  return `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` || `${file} ended with ${status}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, command, missing } of checks) {
    const found = command ? findings(command) : '';
    if (found) process.exitCode = 1;
    console.log(`${name}: ${missing ? `skipped, ${missing}` : found || 'finds nothing'}`);
  }
}
