import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { root } from '../../fixtures/available.mjs';

interface Counts {
  passed: number;
  failed: number;
  skipped: Record<string, number>;
}
const { judged, sum, summary } = (await import(path.join(root, 'scripts', 'test', 'counts.mjs'))) as {
  judged(title: string, status: number | string, counts: Counts, mayBeNone?: boolean): Counts;
  sum(parts: Counts[]): Counts;
  summary(counts: Counts): string;
};

describe('the counts of npm test', () => {
  const core = { passed: 5, failed: 0, skipped: { 'photographs missing': 3 } };
  const mocha = { passed: 30, failed: 1, skipped: { 'no nginx': 4, 'photographs missing': 2 } };

  it('close with a line for each reason to skip, the most frequent first, and the sums', () => {
    expect(summary(sum([core, mocha]))).to.equal(
      'Skipped:\n      5  photographs missing\n      4  no nginx\n\n35 passed, 1 failed, 9 skipped',
    );
    expect(summary({ passed: 2, failed: 0, skipped: {} })).to.equal('2 passed, 0 failed');
  });

  it('have a failure where a program ends badly, or has run nothing unless it was told what to run', () => {
    expect(judged('ends well', 0, core).failed).to.equal(0);
    expect(judged('says itself what failed', 1, mocha).failed).to.equal(1);
    expect(judged('a program that this test makes up', 'SIGSEGV', core).failed).to.equal(1);
    const none = { passed: 0, failed: 0, skipped: {} };
    expect(judged('a program that this test makes up', 0, none).failed).to.equal(1);
    expect(judged('told', 0, none, true).failed).to.equal(0);
  });
});

// Each of 431 skipped tests was listed.
describe('the reporter of npm test', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    const available = pathToFileURL(path.join(root, 'build', 'test', 'fixtures', 'available.mjs')).href;
    const tests = `import { skip } from '${available}';
      describe('one', () => {
        before(function () { skip(this, 'no moon (tonight)'); });
        it('is skipped with its suite', () => {});
        it('is skipped as well', () => {});
      });
      it('is skipped by itself', function () { skip(this, 'no sun'); });
      it('passes', () => {});
      it('fails', () => { throw new Error('as it should'); });`;
    for (const name of ['a', 'b']) writeFileSync(path.join(folder, `${name}.mjs`), tests);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [how, ...args] of [['in turn'], ['at once', '--parallel', '--jobs', '2']]) {
    it(`counts skipped tests by their reason and lists none, of files that run ${how}`, () => {
      const COUNTS_FILE = path.join(folder, 'counts.json');
      const files = ['a', 'b'].map((name) => path.join(folder, `${name}.mjs`));
      const mocha = [path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--reporter', 'test/reporter.cjs'];
      const { status, stdout } = spawnSync(process.execPath, [...mocha, ...args, ...files], {
        cwd: root,
        env: { ...process.env, COUNTS_FILE },
        encoding: 'utf8',
      });
      expect(status).to.equal(2);
      expect(JSON.parse(readFileSync(COUNTS_FILE, 'utf8'))).to.deep.equal({
        passed: 2,
        failed: 2,
        skipped: { 'no moon (tonight)': 4, 'no sun': 2 },
      });
      expect(stdout).to.match(/passes[\s\S]*as it should/);
      expect(stdout).to.not.match(/is skipped/);
    });
  }
});
