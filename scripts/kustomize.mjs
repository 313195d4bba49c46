// kustomize, which only the test of deploy/kubernetes needs. Debian 12 has no package of it; the binary of Debian 13's asks for glibc
// 2.34 and nothing else, so that it runs there too. It is unpacked below .setup: nothing is installed, and no package list touched.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, run } from './steps.mjs';

const target = path.join(root, '.setup', 'kustomize');
const unpacked = path.join(target, 'usr', 'bin', 'kustomize');

const output = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' }).stdout;

/** The command that builds the folder which is its next argument; undefined where there is none. kubectl holds a kustomize as well. */
export function kustomizeCommand() {
  const own = ['kustomize', unpacked].find((command) => output(command, 'version'));
  if (own) return [own, 'build'];
  return /^Kustomize Version: v5\./m.test(output('kubectl', 'version', '--client'))
    ? ['kubectl', 'kustomize']
    : undefined;
}

/** Brings it here by apt if there is none yet. Without Debian 12 or 13, or without a network, that fails, and says so. */
export async function fetchKustomize() {
  const sources = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].find(existsSync);
  if (kustomizeCommand() || !sources) return;
  const apt = mkdtempSync(path.join(tmpdir(), 'faces-'));
  try {
    for (const folder of ['lists/partial', 'cache/archives/partial', 'sources'])
      mkdirSync(path.join(apt, folder), { recursive: true });
    const trixie = readFileSync(sources, 'utf8').replaceAll('bookworm', 'trixie');
    writeFileSync(path.join(apt, 'sources', path.basename(sources)), trixie);
    const settings = {
      'Dir::Etc::sourcelist': '/dev/null',
      'Dir::Etc::sourceparts': path.join(apt, 'sources'),
      'Dir::State::lists': path.join(apt, 'lists'),
      'Dir::Cache': path.join(apt, 'cache'),
      'APT::Sandbox::User': 'root', // apt's own user may not write to a folder of this one
    };
    const conf = path.join(apt, 'apt.conf');
    writeFileSync(
      conf,
      Object.entries(settings).reduce((text, [name, value]) => `${text}${name} "${value}";\n`, ''),
    );
    const aptGet = (...args) => run(`kustomize: ${args[0]}`, 'apt-get', ['-qq', ...args], { APT_CONFIG: conf }, apt);
    if (!((await aptGet('update')) && (await aptGet('download', 'kustomize')))) return;
    const file = readdirSync(apt).find((name) => name.endsWith('.deb'));
    await run('kustomize: unpack', 'dpkg-deb', ['--extract', path.join(apt, file), target]);
  } finally {
    rmSync(apt, { recursive: true });
  }
}
