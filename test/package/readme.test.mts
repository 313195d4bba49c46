import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';

describe('the documents', () => {
  it('has the tables of options, errors and settings that the code has', () => {
    expect(runIn(root, process.execPath, ['scripts/readme.mjs', '--check'])).to.deep.equal({ status: 0, output: '' });
  });
});
