import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

interface Library {
  name: string;
  version: string;
  licence: string;
  text: string;
}
const { linkedLibraries, noticeOf, sbomOf, sourcesIn } = (await import(
  path.join(root, 'scripts', 'linked-libraries.mjs')
)) as {
  linkedLibraries(folder: string, root: string): Library[];
  noticeOf(libraries: Library[]): string;
  sbomOf(libraries: Library[], of: { version: string; target: string; sources: string }): string;
  sourcesIn(sbom: string): string;
};

/** The names behind sources.sh, where it is called in `file`. */
const namesIn = (file: string) =>
  /sources\.sh ([a-z].+)$/m.exec(readFileSync(path.join(root, file), 'utf8'))?.[1]?.split(' ') ?? [];

describe('what is linked into the prebuilt addon', () => {
  let folder: string;
  let libraries: Library[];
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    for (const name of namesIn('Dockerfile')) {
      mkdirSync(path.join(folder, name));
      writeFileSync(path.join(folder, name, 'version'), `${name} (1:2.3+dfsg-4)\n`);
      writeFileSync(path.join(folder, name, 'suite'), name === 'zlib' ? 'bookworm\n' : 'trixie\n');
      writeFileSync(path.join(folder, name, 'copyright'), `the terms of ${name}\n`);
    }
    libraries = linkedLibraries(folder, root);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is every library that the image builds, with its licence, and the headers of node-addon-api', () => {
    expect(libraries.map(({ name }) => name)).to.have.members([...namesIn('Dockerfile'), 'node-addon-api']);
    for (const { name, licence } of libraries) expect(licence, name).to.match(/^[A-Za-z]/);
    expect(libraries.find(({ name }) => name === 'opencv')).to.include({
      version: '1:2.3+dfsg-4',
      licence: 'Apache-2.0',
    });
    for (const file of ['docs/contributing/releasing.md', 'native/static/Dockerfile.musl'])
      expect(namesIn(file), file).to.deep.equal(namesIn('Dockerfile'));
  });

  it('is refused where a library has no known licence', () => {
    mkdirSync(path.join(folder, 'libnew'));
    writeFileSync(path.join(folder, 'libnew', 'version'), 'libnew (1)\n');
    writeFileSync(path.join(folder, 'libnew', 'suite'), 'trixie\n');
    writeFileSync(path.join(folder, 'libnew', 'copyright'), 'terms\n');
    try {
      expect(() => linkedLibraries(folder, root)).to.throw(/libnew has no licence/);
    } finally {
      rmSync(path.join(folder, 'libnew'), { recursive: true });
    }
  });

  it('stands in NOTICE with the whole text of each licence', () => {
    const notice = noticeOf(libraries);
    for (const { text } of libraries) expect(notice).to.include(text.trim());
  });

  it('stands in an SBOM that is CycloneDX 1.6', async () => {
    const text = sbomOf(libraries, { version: '1.2.3', target: 'linux-x64-glibc', sources: 'a hash' });
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).to.equal(null);
    expect(sourcesIn(text)).to.equal('a hash');
    const { components, dependencies } = JSON.parse(text);
    expect(components.map(({ name }: Library) => name)).to.have.members(libraries.map(({ name }) => name));
    const purl = (name: string) => components.find((component: Library) => component.name === name).purl;
    expect(purl('zlib')).to.equal('pkg:deb/debian/zlib@1%3A2.3%2Bdfsg-4?arch=source&distro=bookworm');
    expect(purl('opencv')).to.match(/distro=trixie$/);
    expect(dependencies.find(({ ref }: { ref: string }) => ref === 'addon').dependsOn).to.have.length(libraries.length);
  });
});
