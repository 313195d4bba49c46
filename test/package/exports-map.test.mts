import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { expect } from 'chai';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pack } from '../fixtures/packed.mjs';

describe('the exports map of the packed package', () => {
  it('has nothing that publint would have otherwise', async () => {
    const { buffer } = new Uint8Array(readFileSync(pack().main.file));
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).to.deep.equal([]);
  });

  it('gives each way of resolving the types of what is loaded (are the types wrong?)', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(pack().main.file)));
    if (!analysis.types) throw new Error('the package has no types');
    expect(analysis.problems).to.deep.equal([]);
    expect(Object.keys(analysis.entrypoints)).to.deep.equal(['.', './package.json']);
  });
});
