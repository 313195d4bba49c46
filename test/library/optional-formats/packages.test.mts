import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { decoderOf } from '#dist/library/optional-formats/packages.js';
import { probe } from '#dist/library/probe.js';
import { root } from '../../fixtures/available.mjs';
import { optionalFiles } from '../../fixtures/optional-files.mjs';
import { packageFolder } from '../../fixtures/package-folder.mjs';
import { thrown } from '../../fixtures/rejection.mjs';

const missing = (name: string) => {
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
};

describe('the packages that decode HEIC, AVIF and GIF', () => {
  it('are found where they are installed', () => {
    for (const format of ['heic', 'avif', 'gif'] as const)
      expect(decoderOf(format)).to.match(new RegExp(`node_modules/${format === 'heic' ? 'libheif-js' : 'sharp'}/`));
  });

  it('are named, with the command, where they are missing', () => {
    const messages = (['heic', 'avif', 'gif'] as const).map((format) => {
      const { code, message } = thrown(() => decoderOf(format, missing));
      return `${code}: ${message}`;
    });
    expect(messages).to.deep.equal([
      'UNSUPPORTED_FORMAT: HEIC is read by the package libheif-js, which is not installed. Install it: npm install libheif-js',
      'UNSUPPORTED_FORMAT: AVIF is read by the package sharp, which is not installed. Install it: npm install sharp',
      'UNSUPPORTED_FORMAT: GIF is read by the package sharp, which is not installed. Install it: npm install sharp',
    ]);
  });

  it('are named by a package that is installed without them', async () => {
    const folder = packageFolder(['package.json', 'build']);
    try {
      const files = await optionalFiles();
      const program = `
        const { probe } = require('./dist/library/probe.js');
        const { decodeOptional } = require('./dist/library/optional-formats/decode.js');
        const input = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
        const tell = ({ code, message }) => console.log(code, message);
        (async () => {
          for (const text of input) {
            const bytes = Buffer.from(text, 'base64');
            try { probe(bytes); } catch (error) { tell(error); }
            await decodeOptional(bytes, { maxPixels: 1e6, keepsAlpha: false }).catch(tell);
          }
          try { probe(Buffer.from('no image')); } catch (error) { tell(error); }
        })();`;
      const input = JSON.stringify(Object.values(files).map((bytes) => bytes.toString('base64')));
      const env = { ...process.env, NODE_PATH: '' };
      const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
        cwd: folder,
        input,
        env,
        encoding: 'utf8',
      });
      expect(stderr).to.equal('');
      const lines = stdout.trimEnd().split('\n');
      expect(lines.pop()).to.match(/^UNSUPPORTED_FORMAT .*: send JPEG, PNG, WebP, BMP, TIFF or PNM$/);
      expect(lines).to.have.length(6);
      for (const [i, line] of lines.entries())
        expect(line).to.match(
          i < 2 ? /^UNSUPPORTED_FORMAT .*install libheif-js$/ : /^UNSUPPORTED_FORMAT .*install sharp$/,
        );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are counted among what can be sent where they are there', () => {
    const { message } = thrown(() => probe(Buffer.from('no image')));
    expect(message).to.match(/: send JPEG, PNG, WebP, BMP, TIFF or PNM; also HEIC, AVIF or GIF$/);
  });

  it('are optional peers, in ranges that take what is tested', () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    for (const name of ['sharp', 'libheif-js']) {
      expect(manifest.peerDependenciesMeta[name]).to.deep.equal({ optional: true });
      expect(manifest.peerDependencies[name]).to.equal(manifest.devDependencies[name]);
    }
  });
});
