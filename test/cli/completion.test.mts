import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { commands } from '#dist/cli/commands.js';
import { skip } from '../fixtures/available.mjs';
import { cli } from '../fixtures/command-line.mjs';

const script = (shell: string) => cli(['completion', shell]).stdout;

describe('the completion of shells', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs a script by a shell; skips where that is not installed. */
  function run(context: Mocha.Context, shell: string, args: string[], text: string): string {
    const file = path.join(folder, `script.${shell}`);
    writeFileSync(file, text);
    const { error, status, stdout, stderr } = spawnSync(shell, [...args, file], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder },
    });
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') skip(context, `${shell} is not installed`);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    return stdout;
  }

  it('proposes commands, flags, their values and first words in bash', function () {
    const words = (line: string[]) => {
      const ask = `COMP_WORDS=(opencv-face-detector ${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length}
        _opencv_face_detector; echo "\${COMPREPLY[*]}"`;
      return run(this, 'bash', ['--norc'], `${script('bash')}\n${ask}`)
        .trim()
        .split(' ');
    };
    expect(words([''])).to.include.members(commands.map(({ name }) => name));
    expect(words(['det'])).to.deep.equal(['detect']);
    expect(words(['detect', '--min'])).to.deep.equal(['--min-face-size']);
    expect(words(['detect', '--no-cl'])).to.deep.equal(['--no-clip']);
    expect(words(['detect', '--sort', ''])).to.deep.equal(['confidence', 'area']);
    expect(words(['serve', '--por'])).to.deep.equal(['--port']);
    expect(words(['models', ''])).to.deep.equal(['fetch', 'verify', 'list']);
    // Nothing, so that bash completes files.
    for (const line of [
      ['detect', ''],
      ['detect', '-o', ''],
      ['detect', 'a.jpg', 'b'],
    ])
      expect(words(line)).to.deep.equal(['']);
  });

  it('proposes them in fish, and says what they do', function () {
    const ask = (line: string) => `complete -C 'opencv-face-detector ${line}'`;
    const text = [script('fish'), ...['', 'detect --min', 'detect --sort ', 'models '].map(ask)].join('\n');
    const proposed = run(this, 'fish', ['--no-config'], text);
    for (const { name, summary } of commands) expect(proposed).to.include(`${name}\t${summary}\n`);
    for (const word of ['--min-face-size\t', 'area\t', 'fetch\n']) expect(proposed).to.include(word);
  });

  it('is a script that zsh takes', function () {
    run(this, 'zsh', ['-f', '-n'], script('zsh'));
  });

  it('has every command in each script', () => {
    for (const shell of ['bash', 'zsh', 'fish'])
      for (const { name } of commands) expect(script(shell)).to.include(name);
  });

  it('refuses other shells', () => {
    for (const args of [[], ['tcsh'], ['bash', 'zsh']]) {
      const { status, stderr } = cli(['completion', ...args]);
      expect(status).to.equal(2);
      expect(stderr).to.match(/completion needs one of bash, zsh, fish/);
    }
  });
});
