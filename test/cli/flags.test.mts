import { expect } from 'chai';
import { type Flags, flagName, parseFlags } from '#dist/cli/flags.js';
import { optionTable } from '#dist/library/detect-options.js';
import { settings } from '#dist/service/config.js';

const flags = {
  minFaceSize: { kind: 'integer', min: 12, max: 4096, about: '' },
  sort: { kind: 'choice', choices: ['confidence', 'area'], default: 'confidence', about: '' },
  clip: { kind: 'boolean', default: true, about: '' },
  output: { kind: 'text', placeholder: 'FILE', short: 'o', about: '' },
} as const satisfies Flags;

describe('flags', () => {
  it('are the options in words of the command line', () => {
    const { given, rest } = parseFlags(
      ['a', '--min-face-size', '40', '--sort=area', '--no-clip', '-o', 'f', '-'],
      flags,
    );
    expect(given).to.deep.equal({ minFaceSize: 40, sort: 'area', clip: false, output: 'f' });
    expect(rest).to.deep.equal(['a', '-']);
    expect(parseFlags([], flags)).to.deep.equal({ given: {}, rest: [] });
  });

  it('end at --', () => {
    expect(parseFlags(['--', '--no-clip'], flags)).to.deep.equal({ given: {}, rest: ['--no-clip'] });
  });

  for (const [args, reason] of [
    [['--min-face-size', '11'], '--min-face-size must be an integer from 12 to 4096, got "11"'],
    [['--min-face-size', 'x'], '--min-face-size must be an integer from 12 to 4096, got "x"'],
    [['--min-face-size='], '--min-face-size must be an integer from 12 to 4096, got ""'],
    [['--sort', 'size'], '--sort must be "confidence" or "area", got "size"'],
    [['--size', '1'], "Unknown option '--size'"],
    [['--minFaceSize', '20'], "Unknown option '--minFaceSize'"],
    [['--output'], "Option '-o, --output <value>' argument missing"],
    [['--clip=no'], "Option '--clip' does not take an argument"],
  ] as const) {
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => parseFlags(args, flags)).to.throw(reason);
    });
  }

  it('have a name of their own each', () => {
    for (const table of [optionTable, settings]) {
      const names = Object.keys(table).map(flagName);
      expect(new Set(names).size).to.equal(names.length);
      for (const name of names) expect(name).to.match(/^--[a-z]+(-[a-z]+)*$/);
    }
  });
});
