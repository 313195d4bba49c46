import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';

describe('the API reference', () => {
  it('has every exported name, each with all that it refers to', () => {
    const { status, output } = runIn(root, 'npx', ['typedoc', '--emit', 'none']);
    expect(`${status} ${output}`).to.match(/^0 /);
  }).timeout(120_000);
});
