import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';

// As npm does it, but what comes is a cmake-js that tells how it was called and ends as it is told to.
const npm = `#!/bin/sh
[ "$NPM_FAILS" ] && { echo 'npm error code ENOTFOUND' >&2; exit 1; }
for name in "$@"; do echo "$name"; done > asked-for
mkdir -p node_modules/cmake-js/bin
echo 'console.log(process.argv.slice(2).join(" ")); process.exit(Number(process.env.STATUS))' > node_modules/cmake-js/bin/cmake-js
`;

describe('build', () => {
  let folder: string;
  before(() => {
    // The package as it is installed: without the tools that compile.
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
    cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
    mkdirSync(path.join(folder, 'node_modules'));
    for (const name of readdirSync(path.join(root, 'node_modules')).filter((one) => one !== 'cmake-js'))
      symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
    writeFileSync(path.join(folder, 'npm'), npm);
    chmodSync(path.join(folder, 'npm'), 0o755);
  });
  after(() => rmSync(folder, { recursive: true }));

  const build = (environment: Record<string, string>, ...args: string[]) =>
    runIn(folder, process.execPath, [path.join(folder, 'dist', 'cli.js'), 'build', ...args], {
      PATH: `${folder}:${process.env.PATH}`,
      ...environment,
    });

  it('fetches cmake-js of the version that is tested, and compiles the package', () => {
    const { status, output } = build({ STATUS: '0' });
    expect(status, output).to.equal(0);
    expect(output).to.match(/^compile --directory .*\n.*the native addon is built$/m);
    const { devDependencies: tested } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(readFileSync(path.join(folder, 'build', 'tools', 'asked-for'), 'utf8').split('\n')).to.include.members([
      `cmake-js@${tested['cmake-js']}`,
      `node-addon-api@${tested['node-addon-api']}`,
      '--ignore-scripts',
    ]);
  });

  it('says what it needs where the addon does not compile', () => {
    const { status, output } = build({ STATUS: '3' });
    expect(status).to.equal(1);
    expect(output).to.match(/was not built; the reason is above.*\n.*apt-get install -y g\+\+/);
  });

  it('says what could not be fetched', () => {
    const { status, output } = build({ NPM_FAILS: '1' });
    expect(status).to.equal(1);
    expect(output).to.match(
      /ENOTFOUND\nopencv-face-detector: cmake-js@.* and node-addon-api@.*, which compile the addon, could not be installed/,
    );
  });

  it('takes no arguments', () => {
    const { status, output } = build({}, 'now');
    expect(status).to.equal(2);
    expect(output).to.match(/build takes no arguments, got now/);
  });
});
