import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

const scripts = path.join(root, 'scripts');
const { copyVcpkgLicences, vcpkgBuild, vcpkgTargets } = (await import(path.join(scripts, 'build-by-vcpkg.mjs'))) as {
  copyVcpkgLicences(share: string, target: string): void;
  vcpkgBuild(root: string, target: string, vcpkg?: string): { args: string[]; share: string };
  vcpkgTargets: string[];
};
const { linkedLibraries, sbomOf } = (await import(path.join(scripts, 'linked-libraries.mjs'))) as {
  linkedLibraries(folder: string, root: string): { name: string; version: string; licence: string; text: string }[];
  sbomOf(libraries: object[], of: { version: string; target: string; sources: string }): string;
};

describe('the build by vcpkg', () => {
  it('has a manifest, and a triplet for each platform', () => {
    for (const target of vcpkgTargets) {
      const { args, share } = vcpkgBuild(root, target, '/vcpkg');
      const setting = (name: string) =>
        args.find((arg) => arg.startsWith(`--CD${name}=`))?.replace(/^[^=]*=/, '') ?? '';
      const triplet = setting('VCPKG_TARGET_TRIPLET');
      expect(existsSync(path.join(setting('VCPKG_OVERLAY_TRIPLETS'), `${triplet}.cmake`)), triplet).to.equal(true);
      expect(share).to.include(triplet);
      const manifest = JSON.parse(readFileSync(path.join(setting('VCPKG_MANIFEST_DIR'), 'vcpkg.json'), 'utf8'));
      expect(JSON.stringify(manifest.dependencies)).to.include('opencv4').and.to.include('highway');
    }
  });

  it('says what it lacks', () => {
    expect(() => vcpkgBuild(root, 'darwin-arm64', '')).to.throw('VCPKG_ROOT must name a checkout of vcpkg');
    expect(() => vcpkgBuild(root, 'aix-ppc64', '/vcpkg')).to.throw('vcpkg builds darwin-x64, darwin-arm64, win32-x64');
  });

  describe('leaves licences', () => {
    let folder: string;
    const port = (name: string, licence: string) => {
      mkdirSync(path.join(folder, 'share', name), { recursive: true });
      writeFileSync(path.join(folder, 'share', name, 'copyright'), `the terms of ${name}\n`);
      const packages = [{ SPDXID: 'SPDXRef-port', name, versionInfo: '1.2.3#4', licenseConcluded: licence }];
      writeFileSync(path.join(folder, 'share', name, 'vcpkg.spdx.json'), JSON.stringify({ packages }));
    };
    before(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
      port('opencv4', 'Apache-2.0');
      port('abseil', 'NOASSERTION');
      port('vcpkg-cmake', 'MIT');
      port('doctest', 'MIT');
      mkdirSync(path.join(folder, 'share', 'man'));
      copyVcpkgLicences(path.join(folder, 'share'), path.join(folder, 'licences'));
    });
    after(() => rmSync(folder, { recursive: true }));

    it('of what is linked, and of nothing that only builds or tests', () => {
      expect(readdirSync(path.join(folder, 'licences'))).to.have.members(['opencv4', 'abseil']);
    });

    it('from which the list of what is linked is made', () => {
      const libraries = linkedLibraries(path.join(folder, 'licences'), root);
      const [abseil, opencv, headers] = libraries;
      expect(abseil).to.include({ name: 'abseil', licence: 'LicenseRef-NOTICE', text: 'the terms of abseil\n' });
      expect(opencv).to.include({ name: 'opencv4', version: '1.2.3#4', licence: 'Apache-2.0' });
      expect(headers).to.include({ name: 'node-addon-api' });
      expect(sbomOf(libraries, { version: '1.0.0', target: 'win32-x64', sources: 'a hash' })).to.include(
        'pkg:vcpkg/opencv4@1.2.3%234',
      );
    });
  });
});
