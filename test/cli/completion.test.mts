import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { commands } from '#dist/cli/commands.js';
import { skip } from '../fixtures/available.mjs';
import { cli } from '../fixtures/command-line.mjs';

const script = (shell: string) => cli(['completion', shell]).stdout;

/** A script for zsh that types `line` and a tab into another zsh, as at a terminal, and prints what that shows. */
const inZsh = (folder: string, line: string) => `
zmodload zsh/zpty
zpty shell zsh -f -i
until_seen() {
  local all= part
  while [[ $all != *$1* ]]; do zpty -r shell part || return; all+=$part; done
  print -r -- $all
}
zpty -w shell 'PS1=; stty -echo; autoload -Uz compinit; compinit -u -d ${folder}/dump; source ${folder}/completion.zsh'
zpty -w shell 'over() { print -r -- O"VER" }; zle -N over; bindkey "^X" over; print -r -- REA"DY"'
until_seen READY > /dev/null
zpty -w -n shell $'${line}\t\t\x18'
until_seen OVER
zpty -d shell
`;

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
      timeout: 60_000,
    });
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') skip(context, `${shell} is not installed`);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    return stdout;
  }

  /** What bash proposes for the last word of a line, by the function that completes its first; `before` runs before the script. */
  function inBash(context: Mocha.Context, line: string[], before = ''): string[] {
    const ask = `COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length - 1}
      [[ $(complete -p ${line[0]}) =~ -F\\ ([^ ]+) ]] && \${BASH_REMATCH[1]}; echo "\${COMPREPLY[*]}"`;
    const out = run(context, 'bash', ['--norc'], [before, script('bash'), script('bash'), ask].join('\n'));
    return out.trim().split(' ');
  }

  it('proposes commands, flags, their values and first words in bash', function () {
    const words = (line: string[]) => inBash(this, ['opencv-face-detector', ...line]);
    expect(words([''])).to.include.members(commands.map(({ name }) => name));
    expect(words(['det'])).to.deep.equal(['detect']);
    expect(words(['detect', '--min-f'])).to.deep.equal(['--min-face-size']);
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

  // Who has installed it for one project has no other command than npx.
  it('does so after npx in bash, and leaves other programs to what completed them before', function () {
    const words = (line: string[], before?: string) => inBash(this, ['npx', ...line], before);
    expect(words(['opencv-f'])).to.deep.equal(['opencv-face-detector']);
    expect(words(['opencv-face-detector', 'det'])).to.deep.equal(['detect']);
    expect(words(['--no', '--', 'opencv-face-detector', 'models', ''])).to.deep.equal(['fetch', 'verify', 'list']);
    expect(words(['opencv-face-detector', 'detect', '--sort', ''])).to.deep.equal(['confidence', 'area']);
    expect(words(['cowsay', 'det'])).to.deep.equal(['']);
    const other = 'other() { COMPREPLY=(moo); }; complete -F other npx';
    expect(words(['cowsay', 'det'], other)).to.deep.equal(['moo']);
    expect(words(['opencv-face-detector', 'det'], other)).to.deep.equal(['detect']);
  });

  for (const command of ['opencv-face-detector', 'npx opencv-face-detector', 'npx --no opencv-face-detector'])
    it(`proposes them in fish after ${command}, and says what they do`, function () {
      const ask = (line: string) => `complete -C '${command} ${line}'`;
      const text = [script('fish'), ...['', 'detect --min', 'detect --sort ', 'models '].map(ask)].join('\n');
      const proposed = run(this, 'fish', ['--no-config'], text);
      for (const { name, summary } of commands) expect(proposed).to.include(`${name}\t${summary}\n`);
      for (const word of ['--min-face-size\t', 'area\t', 'fetch\n']) expect(proposed).to.include(word);
      const others = run(this, 'fish', ['--no-config'], `${script('fish')}\ncomplete -C 'npx cowsay det'`);
      expect(others).not.to.include('detect');
    });

  it('proposes them in zsh, which is asked as by a terminal', function () {
    run(this, 'zsh', ['-f', '-n'], script('zsh'));
    writeFileSync(path.join(folder, 'completion.zsh'), script('zsh'));
    const asked = (line: string) => run(this, 'zsh', ['-f'], inZsh(folder, line));
    for (const command of ['opencv-face-detector', 'npx opencv-face-detector', 'npx --no opencv-face-detector']) {
      expect(asked(`${command} `))
        .to.include('detect ')
        .and.to.include('find the faces in images');
      expect(asked(`${command} detect --min`)).to.include('--min-face-size');
      expect(asked(`${command} models `)).to.match(/fetch +list +verify/);
    }
    expect(asked('npx cowsay d')).not.to.include('detect');
  }).timeout(240_000);

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
