import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, skip } from '../fixtures/available.mjs';
import { cli, cliFile } from '../fixtures/command-line.mjs';

describe('detect on a terminal', () => {
  let folder: string;
  before(function () {
    needWeights(this);
    if (process.platform !== 'linux' || spawnSync('script', ['--version']).status !== 0)
      skip(this, 'script of util-linux is not installed');
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    mkdirSync(path.join(folder, 'photos'));
    for (let i = 0; i < 6; i++)
      copyFileSync(path.join(process.env.FACES_DRAWN as string, 'faces.png'), path.join(folder, 'photos', `${i}.png`));
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  /** What a terminal of 70 columns is sent, by a line of the shell. */
  function onTerminal(line: string) {
    const command = `stty cols 70 rows 20; ${line.replace('detect', `'${process.execPath}' '${cliFile}' detect`)}`;
    const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh' },
      input: '',
      timeout: 100_000,
    });
    return { status, stdout };
  }

  it('draws a bar with rate and time left, and the table above it', () => {
    const { status, stdout } = onTerminal('detect photos');
    expect(status).to.equal(0);
    expect(stdout).to.match(/100% {2}6 of 6 {2}[\d.]+\/s {2}0 s left/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are sent
    const lines = stdout.split('\n').map((line) => line.replace(/^.*\x1b\[2K/, ''));
    expect(lines.filter((line) => /^photos\/\d\.png +1 /.test(line))).to.have.length(6);
    expect(lines.at(-2)).to.match(/^6 images, 24 faces; /);
  });

  // The bar was drawn again by the last bracket, and the process never ended.
  it('ends after a JSON document', () => {
    const { status, stdout } = onTerminal('detect photos --json');
    expect(status).to.equal(0);
    expect(stdout).to.match(/\]\r\n/);
  });

  it('keeps the bar out of what is piped, and shows none when asked to be quiet', () => {
    expect(onTerminal('detect photos --ndjson > piped.ndjson').stdout).to.match(/100% {2}6 of 6/);
    expect(
      readFileSync(path.join(folder, 'piped.ndjson'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).faces.length),
    ).to.deep.equal([4, 4, 4, 4, 4, 4]);
    expect(onTerminal('detect photos -q --ndjson > piped.ndjson').stdout).to.equal('');
  });

  it('shows no bar where standard error is no terminal', () => {
    expect(cli(['detect', 'photos'], { cwd: folder }).stderr).to.match(/^6 images, 24 faces; .*\n$/);
  });

  it('does not wait for an image to be typed in', () => {
    const { status, stdout } = onTerminal('detect - < /dev/tty');
    expect(status).to.equal(2);
    expect(stdout).to.match(/standard input, which is this terminal/);
  });
});
