import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { commands } from '#dist/cli/commands.js';
import { flagName } from '#dist/cli/flags.js';
import { needWeights, root } from '../fixtures/available.mjs';

describe('the command line', () => {
  const cliFile = path.join(root, 'dist', 'cli.js');
  const cli = (...args: string[]) => spawnSync(process.execPath, [cliFile, ...args], { encoding: 'utf8' });

  it('shows its usage, and its version', () => {
    expect(cli('--help'))
      .to.include({ status: 0, stderr: '' })
      .with.property('stdout')
      .that.matches(/Usage:/);
    expect(cli('--version').stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it('answers wrong usage with the reason, the usage and 2', () => {
    for (const args of [[], ['nonsense'], ['help', 'nonsense']]) {
      const { status, stderr } = cli(...args);
      expect(status, args.join(' ')).to.equal(2);
      expect(stderr).to.match(/^opencv-face-detector: .*\n\nopencv-face-detector: finds faces/);
    }
  });

  it("answers a command's wrong usage with the reason, the way to its help and 2", () => {
    const wrong: [string[], string][] = [
      [['models'], 'models needs one of fetch, verify, list'],
      [['models', 'nonsense'], 'models needs one of fetch, verify, list'],
      [['models', 'list', 'mtcnn'], 'models list lists all: it takes no mtcnn'],
      [['build', 'now'], 'build takes no arguments, got now'],
      [['health', 'now'], 'health takes flags only, got now'],
      [['serve', '8080'], 'serve takes flags only, got 8080'],
      [['serve', '--port', 'high'], '--port must be an integer from 0 to 65535, got "high"'],
      [
        ['serve', '--api-keys', 'short'],
        '--api-keys must be keys of at least 16 letters, digits and signs, separated by commas, got something else',
      ],
      [['serve', '--prot', '80'], "Unknown option '--prot'"],
    ];
    for (const [args, reason] of wrong) {
      const { status, stderr, stdout } = cli(...args);
      expect({ status, stdout }, args.join(' ')).to.deep.equal({ status: 2, stdout: '' });
      expect(stderr).to.equal(`opencv-face-detector: ${reason}\n\nopencv-face-detector ${args[0]} --help says more.\n`);
    }
  });

  it('tells of every command its flags, by --help, -h and help', () => {
    for (const { name, synopsis, flags } of commands) {
      const { status, stdout, stderr } = cli(name, '--help');
      expect({ status, stderr }, name).to.deep.equal({ status: 0, stderr: '' });
      expect(stdout).to.include(`opencv-face-detector ${name} ${synopsis[0]}`.trim());
      for (const flag of Object.values(flags).flatMap((group) => Object.keys(group))) {
        expect(stdout).to.match(new RegExp(`${flagName(flag).replace('--', '--(no-)?')}\\b`));
      }
      expect(cli(name, '-h').stdout).to.equal(stdout);
      expect(cli('help', name).stdout).to.equal(stdout);
    }
  });

  it("takes the service's settings as flags, which win over the environment", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [cliFile, 'serve', '--print-config', '--port', '0', '--min-face-size=40', '--debugging', '--no-fast-decode'],
      { encoding: 'utf8', env: { ...process.env, PORT_NUMBER: '1234', QUEUE_LIMIT: '7', FAST_DECODE: 'true' } },
    );
    expect(status).to.equal(0);
    const shown = stdout.split('\n');
    expect(shown).to.include.members([
      'PORT_NUMBER=0',
      'MIN_FACE_SIZE=40',
      'DEBUGGING=true',
      'FAST_DECODE=false',
      'QUEUE_LIMIT=7',
    ]);
  });

  it('lists, verifies and fetches weights', function () {
    needWeights(this);
    expect(cli('models', 'list').stdout)
      .to.match(/^mtcnn {2}MTCNN.*licence MIT/m)
      .and.to.match(/^ultralight-slim-320 {2}Ultra.*licence MIT/m)
      .and.to.match(/^haar/m);
    expect(cli('models', 'verify', 'mtcnn'))
      .to.include({ status: 0 })
      .with.property('stdout')
      .that.matches(/^mtcnn\/det3.onnx: verified$/m);
    expect(cli('models', 'fetch', 'mtcnn').stdout).to.match(/^mtcnn\/det1.onnx: verified \(already there\)$/m);
    expect(cli('models', 'fetch', 'nonsense'))
      .to.include({ status: 2 })
      .with.property('stderr')
      .that.matches(/no weights called "nonsense"/);
  });

  it('is executable', () => {
    expect(execFileSync(process.execPath, [cliFile, '-v'], { encoding: 'utf8' })).to.match(/^\d/);
  });
});
