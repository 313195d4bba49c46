// npm run compile: src/ becomes dist/, with the options of the compiler that are given, if any, and with the packages that it uses
// (vendor.mjs). The demo page is compiled by itself, for browsers, and gets its files beside it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { vendor } from './vendor.mjs';

const root = path.join(import.meta.dirname, '..');
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const web = path.join(root, 'src', 'web');

for (const project of ['tsconfig.json', path.join('src', 'web', 'tsconfig.json')]) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', path.join(root, project), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
for (const name of readdirSync(web).filter((file) => /\.(html|css|svg)$/.test(file)))
  copyFileSync(path.join(web, name), path.join(root, 'dist', 'web', name));

vendor(root);

// Swagger UI's package brings one with an install script, for statistics: only its files are taken.
const swagger = path.join(root, 'node_modules', 'swagger-ui-dist');
const swaggerInDist = path.join(root, 'dist', 'swagger-ui');
mkdirSync(swaggerInDist, { recursive: true });
for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'LICENSE', 'NOTICE'])
  copyFileSync(path.join(swagger, name), path.join(swaggerInDist, name));
