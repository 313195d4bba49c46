import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';
import { runTools, toolNames } from '../fixtures/tool-names.mjs';

const folder = path.join(root, 'tools');

describe('npm run tools', () => {
  it('lists every tool with what it is for', () => {
    const { status, stdout } = runTools();
    expect(status).to.equal(0);
    const entries = readdirSync(folder).filter((entry) => !/^(lib|run\.mjs|tsconfig\.json)$/.test(entry));
    expect(toolNames).to.deep.equal(entries.map((entry) => entry.replace(/\.mjs$/, '')).sort());
    expect(stdout.match(/^ {2}[\w-]+ {2,}[A-Z].*\.$/gm)).to.have.length(toolNames.length);
  });

  it('runs a tool with its arguments and ends as it does', () => {
    const { status, stdout } = runTools('evaluate', '--help');
    expect(status).to.equal(0);
    expect(stdout).to.match(/^npm run tools -- evaluate FOLDER/);
    expect(runTools('load', '--seconds', '0').status).to.equal(2);
  });

  it('answers a name that it does not know with 2 and the list', () => {
    for (const name of ['nope', 'lib', 'run', '../scripts/lint']) {
      const { status, stderr } = runTools(name);
      expect(status).to.equal(2);
      expect(stderr).to.include(`there is no tool "${name}"`).and.include('\n  soak ');
    }
  });
});
