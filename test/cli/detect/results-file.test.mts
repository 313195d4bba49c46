import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { failure } from '#dist/cli/detect/record.js';
import { ResultsFile } from '#dist/cli/detect/results-file.js';
import { UsageError } from '#dist/cli/usage-error.js';
import { rejection } from '../../fixtures/rejection.mjs';

const bad = (name: string) => failure(name, Object.assign(new Error('no image'), { code: 'CORRUPT_IMAGE' }));
const line = (name: string) =>
  `{"file":${JSON.stringify(name)},"error":{"code":"CORRUPT_IMAGE","message":"no image"}}\n`;

describe('a results file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    file = path.join(folder, 'results.ndjson');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const text = () => readFileSync(file, 'utf8');

  it('has every line as soon as it is appended', async () => {
    const results = await ResultsFile.open(file, false);
    results.append(bad('a'));
    expect(text()).to.equal(line('a'));
    results.append(bad('a "strange"\nname'));
    expect(text()).to.equal(line('a') + line('a "strange"\nname'));
    results.close();
  });

  it('is never written over', async () => {
    writeFileSync(file, line('a'));
    const error = await rejection(ResultsFile.open(file, false));
    expect(error).to.be.instanceOf(UsageError);
    expect(error.message).to.match(/results.ndjson already exists: continue it with --resume/);
    expect(text()).to.equal(line('a'));
  });

  it('may be there empty, or not at all, also to go on with', async () => {
    writeFileSync(file, '');
    (await ResultsFile.open(file, false)).close();
    const results = await ResultsFile.open(`${file}.new`, true);
    expect(results.before).to.deep.equal({ done: new Set(), failed: 0, bytes: 0 });
    results.close();
  });

  it('goes on behind its last whole line', async () => {
    const whole = `${line('a')}{"file":"b","faces":[]}\n`;
    for (const torn of ['', '{', '{"file":', '{"file":"c","fa', line('c').trimEnd()]) {
      writeFileSync(file, whole + torn);
      const results = await ResultsFile.open(file, true);
      expect([...results.before.done]).to.deep.equal(['a', 'b']);
      expect(results.before.failed).to.equal(1);
      results.append(bad('c'));
      results.close();
      expect(text()).to.equal(whole + line('c'));
    }
  });

  it('reads lines longer than a piece of reading', async () => {
    const long = `${JSON.stringify({ file: 'ä'.repeat(2 ** 20) })}\n`;
    writeFileSync(file, `${long}${line('b')}{`);
    const results = await ResultsFile.open(file, true);
    results.close();
    expect([...results.before.done].map((name) => name.length)).to.deep.equal([2 ** 20, 1]);
    expect(text()).to.equal(long + line('b'));
  });

  // Notes without a line break were taken for a line that was not finished, and cut off.
  it('is left alone where it holds something else', async () => {
    for (const other of [
      'my notes',
      '{"image":"a"}',
      `${line('a')}my notes`,
      `${line('a')}\0`,
      'a,b\n',
      `${line('a')}\n`,
      '{"image":"a"}\n',
      'null\n',
      `${line('a')}\0\0\n`,
    ]) {
      writeFileSync(file, other);
      const error = await rejection(ResultsFile.open(file, true));
      expect(error).to.be.instanceOf(UsageError);
      expect(error.message).to.match(/line [12] is not a result/);
      expect(text()).to.equal(other);
    }
  });
});
