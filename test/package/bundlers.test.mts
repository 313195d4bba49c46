import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import * as esbuild from 'esbuild';
import webpack from 'webpack';
import { needWeights } from '../fixtures/available.mjs';
import { runWell } from '../fixtures/commands.mjs';
import { projectWithPackage } from '../fixtures/project-with-package.mjs';

const name = 'opencv-face-detector';
const main = `
FaceDetector.create().then(
  async (detector) => {
    const { faces } = await detector.detect('faces.png');
    await detector.close();
    console.log(faces.length);
  },
  ({ code, message }) => console.log(code, message),
);
`;
const programs = {
  esm: { entry: 'program.mjs', text: `import { FaceDetector } from '${name}';${main}` },
  cjs: { entry: 'program.cjs', text: `const { FaceDetector } = require('${name}');${main}` },
};
type Format = keyof typeof programs;

// What esbuild's users add where CommonJS packages are to be inside of an ES module: without it none of them can load Node's own
// modules, and the bundle ends before a line of this package has run.
const requireBanner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

async function byEsbuild(project: string, format: Format, outfile: string, isExternal: boolean): Promise<void> {
  await esbuild.build({
    absWorkingDir: project,
    entryPoints: [programs[format].entry],
    outfile,
    bundle: true,
    platform: 'node',
    format,
    external: isExternal ? [name] : [],
    banner: { js: format === 'esm' && !isExternal ? requireBanner : '' },
  });
}

function byWebpack(project: string, format: Format, outfile: string, isExternal: boolean): Promise<void> {
  const isEsm = format === 'esm';
  const compiler = webpack({
    context: project,
    mode: 'none',
    target: 'node',
    entry: `./${programs[format].entry}`,
    output: { path: project, filename: outfile, module: isEsm },
    experiments: { outputModule: isEsm },
    externals: isExternal ? { [name]: `node-commonjs ${name}` } : {},
  });
  return new Promise((resolve, reject) => {
    compiler?.run((error, stats) => {
      if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()));
      else compiler.close(() => resolve());
    });
  });
}

const bundlers = { esbuild: byEsbuild, webpack: byWebpack };

describe('bundles', () => {
  let project: string;
  before(function () {
    needWeights(this);
    project = projectWithPackage('bundles');
    for (const { entry, text } of Object.values(programs)) writeFileSync(path.join(project, entry), text);
  });

  async function answer(bundler: keyof typeof bundlers, format: Format, isExternal: boolean): Promise<string> {
    const outfile = `${bundler}-${isExternal ? 'external' : 'inside'}.${format === 'esm' ? 'mjs' : 'cjs'}`;
    await bundlers[bundler](project, format, outfile, isExternal);
    return runWell(project, process.execPath, [outfile]);
  }

  for (const bundler of ['esbuild', 'webpack'] as const)
    for (const format of ['esm', 'cjs'] as const) {
      it(`of ${bundler} (${format}) find faces where the package is marked external`, async () => {
        expect(await answer(bundler, format, true)).to.equal('4\n');
      });

      // As an ES module it ended with "__dirname is not defined", else it was said that the addon had not been built.
      it(`of ${bundler} (${format}) with the package inside say to mark it external`, async () => {
        expect(await answer(bundler, format, false)).to.match(/^ADDON_MISSING .* has been bundled.*Mark it external/);
      });
    }
});
