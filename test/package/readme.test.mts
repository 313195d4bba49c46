import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';
import { readDocument } from '../fixtures/documents.mjs';

describe('the documents', () => {
  it('have the tables of options, errors and settings that the code has', () => {
    expect(runIn(root, process.execPath, ['scripts/readme.mjs', '--check'])).to.deep.equal({ status: 0, output: '' });
  });

  // The README had grown to 608 lines, in which nobody found anything.
  it('have a README and a CONTRIBUTING that are read in minutes', () => {
    const readme = readDocument('README.md');
    expect(readme.split('\n').length).to.be.at.most(150);
    expect(readme.split(/\s+/).length).to.be.at.most(1300);
    expect(readDocument('CONTRIBUTING.md').split('\n').length).to.be.at.most(120);
  });
});
