import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { root, skip } from '../fixtures/available.mjs';
import { startDebianMirror } from '../fixtures/debian-mirror.mjs';

const script = (name: string) => path.join(root, 'native', 'static', name);

// The image and the tool fuzz could not be built: the mirror listed a version of libpng whose archives it did not hold, and no other.
describe('the sources of the static libraries', () => {
  let mirror: Awaited<ReturnType<typeof startDebianMirror>>;
  let folder: string;

  before(async function () {
    for (const tool of ['apt-get', 'patch', 'make', 'gzip'])
      if (spawnSync(tool, ['--version']).status !== 0) skip(this, `${tool} is not installed`);
    mirror = await startDebianMirror({
      trixie: { zlib: ['2.0-2', '2.0-10'], strange: ['2.0-1'] },
      bookworm: { zlib: ['1.0-1', '1.0-2'], strange: ['1.0-1'] },
    });
  });
  after(() => mirror?.close());

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    Object.assign(mirror.holes, { missing: [], damaged: [] });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs sources.sh for a library, on a machine with Debian 12; `trust` is how its sources name the index's signature. */
  async function bring(name: string, environment: Record<string, string> = {}, trust = 'Trusted: yes') {
    const list = path.join(folder, 'debian.sources');
    writeFileSync(list, `Types: deb\nURIs: ${mirror.url}\nSuites: bookworm\nComponents: main\n${trust}\n`);
    const child = spawn(script('sources.sh'), [name], {
      cwd: folder,
      env: { ...process.env, no_proxy: '127.0.0.1', APT_SOURCES: list, SOURCES: 'sources', ...environment },
    });
    const [output, errors, status] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.on('close', resolve)),
    ]);
    return { status, output, errors };
  }

  const read = (...parts: string[]) => readFileSync(path.join(folder, 'sources', ...parts), 'utf8');

  it('are the newest of Debian 13, whole and with its patches', async () => {
    expect(await bring('zlib')).to.deep.equal({ status: 0, output: 'zlib 2.0-10 (trixie)\n', errors: '' });
    expect(read('zlib', 'state')).to.equal('patched\n');
    expect(read('zlib', 'more', 'part')).to.equal('2.0');
    expect(read('zlib', 'debian', 'suite')).to.equal('trixie\n');
  });

  it('need no .dsc', async () => {
    mirror.holes.missing = ['.dsc'];
    expect(await bring('zlib')).to.deep.equal({ status: 0, output: 'zlib 2.0-10 (trixie)\n', errors: '' });
  });

  for (const kind of ['missing', 'damaged'] as const) {
    it(`are the next older version where Debian's part of the newest is ${kind}`, async () => {
      mirror.holes[kind] = ['zlib_2.0-10.debian'];
      const { status, output, errors } = await bring('zlib');
      expect({ status, output }).to.deep.equal({ status: 0, output: 'zlib 2.0-2 (trixie)\n' });
      expect(errors).to.match(/^WARNING: of zlib 2\.0-10 \(trixie\) .*: zlib_2\.0-10\.debian\.tar\.gz\n$/);
    });
  }

  for (const [kind, part] of [
    ['missing', 'zlib_2.0.orig-more.tar'],
    ['damaged', 'zlib_2.0.orig.tar'],
  ] as const) {
    it(`are Debian 12's where ${part}, of all versions of Debian 13, is ${kind}`, async () => {
      mirror.holes[kind] = [part];
      const { status, output, errors } = await bring('zlib');
      expect({ status, output }).to.deep.equal({ status: 0, output: 'zlib 1.0-2 (bookworm)\n' });
      expect(errors).to.match(/ 2\.0-10 .*\n.* 2\.0-2 .*\nWARNING: zlib 1\.0-2 is Debian 12's.*\n$/);
      expect(read('zlib', 'state')).to.equal('patched\n');
    });
  }

  it('leave their version and suite beside the licence', async () => {
    mirror.holes.missing = ['zlib_2.0', 'zlib_1.0-2'];
    expect((await bring('zlib')).output).to.equal('zlib 1.0-1 (bookworm)\n');
    const prefix = path.join(folder, 'installed');
    const env = { ...process.env, SOURCES: path.join(folder, 'sources'), PREFIX: prefix };
    expect(spawnSync(script('build.sh'), ['zlib'], { env, encoding: 'utf8' })).to.include({ status: 0, stderr: '' });
    const licence = (file: string) => readFileSync(path.join(prefix, 'share', 'licences', 'zlib', file), 'utf8');
    expect(licence('version')).to.equal('zlib (1.0-1)\n');
    expect(licence('suite')).to.equal('bookworm\n');
  });

  it('are compiled for this machine or for arm64, and for no other', () => {
    const env = { ...process.env, SOURCES: folder, PREFIX: folder, TARGETARCH: 'mips' };
    const { status, stderr } = spawnSync(script('build.sh'), ['zlib'], { env, encoding: 'utf8' });
    expect(status).to.equal(2);
    expect(stderr).to.match(/^TARGETARCH must be arm64, or \w+, which is this machine, got "mips"\n$/);
  });

  // The tool fuzz takes them as well, and what it runs writes into a log.
  it('are older with a warning that the set-up shows', () => {
    const script =
      "import('./scripts/steps.mjs').then(({ run }) => run('sources', 'sh', ['-c', 'echo one; echo WARNING: old >&2']))";
    const { status, stdout } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
    expect(status).to.equal(0);
    expect(stdout)
      .to.match(/^\[setup\] WARNING: old$/m)
      .and.not.match(/\bone\b/);
  });

  it('are refused where no suite has them', async () => {
    mirror.holes.missing = ['/pool/'];
    const { status, errors } = await bring('zlib');
    expect(status).to.equal(1);
    expect(errors).to.match(/the archives of zlib cannot be had:\n.*404/s);
    expect(existsSync(path.join(folder, 'sources', 'zlib'))).to.equal(false);
  });

  it("are not Debian 12's of a library whose older version has never been built", async () => {
    mirror.holes.missing = ['strange_2.0'];
    const { status, errors } = await bring('strange');
    expect(status).to.equal(1);
    expect(errors).to.include('the archives of strange cannot be had:').and.not.include('bookworm');
  });

  it('are refused where only the newest may be taken', async () => {
    mirror.holes.missing = ['zlib_2.0-10.debian'];
    const { status, output, errors } = await bring('zlib', { ALLOW_OLDER: '0' });
    expect({ status, output }).to.deep.equal({ status: 1, output: '' });
    expect(errors).to.match(/^WARNING: of zlib 2\.0-10 .*\nthe archives of zlib cannot be had:\n/);
  });

  it('are taken from no index without a signature, or of other content than signed', async () => {
    const unsigned = await bring('zlib', {}, 'Trusted: no');
    expect(unsigned.errors).to.match(/not signed/);
    mirror.holes.damaged = ['/main/source/Sources'];
    const changed = await bring('zlib');
    expect(changed.errors).to.match(/Hash Sum mismatch/);
    expect([unsigned.status, changed.status]).to.not.include(0);
    expect(existsSync(path.join(folder, 'sources', 'zlib'))).to.equal(false);
  });

  it('come from a file that can be read, or the message names it', async () => {
    const { status, errors } = await bring('zlib', { APT_SOURCES: '/nowhere/debian.sources' });
    expect(status).to.equal(1);
    expect(errors).to.match(/^\/nowhere\/debian\.sources cannot be read: set APT_SOURCES to /);
  });
});
