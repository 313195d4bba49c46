import path from 'node:path';
import { expect } from 'chai';
import { root, skip } from '../fixtures/available.mjs';

interface Check {
  name: string;
  command?: string[];
  missing?: string;
}
const { checks, findings } = (await import(path.join(root, 'scripts', 'lint.mjs'))) as {
  checks: Check[];
  findings(command: string[]): string;
};

describe('the sources', () => {
  for (const { name, command, missing } of checks) {
    it(`leave ${name} nothing to find`, function () {
      this.timeout(600_000); // rules that need types compile everything first
      if (!command) return skip(this, missing ?? '');
      expect(findings(command)).to.equal('');
    });
  }

  it('are checked by commands whose failure shows', () => {
    expect(findings([process.execPath, '-e', 'console.log("bad"); process.exit(1)'])).to.equal('bad\n');
    expect(findings([process.execPath, '-e', 'process.exit(2)'])).to.match(/ended with 2$/);
    expect(findings(['no-such-command'])).to.include('ENOENT');
  });
});
