import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

interface Package {
  place: string;
  manifest: { name: string; version: string };
  needs: string[];
}
const script = (name: string) => import(path.join(root, 'scripts', name));
const { dependencies } = (await script('dependencies.mjs')) as { dependencies(root: string): Package[] };
const { isAllowed, licenceOf } = (await script('licences.mjs')) as {
  isAllowed(licence: string | undefined): boolean;
  licenceOf(manifest: object): string | undefined;
};
const { sbomOf } = (await script('sbom.mjs')) as { sbomOf(packages: Package[]): string };

const packages = dependencies(root);
const names = packages.map(({ manifest }) => manifest.name);
const { vendored } = (await script('vendor.mjs')) as { vendored: string[] };
const readRoot = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe('the npm packages that come with this one', () => {
  it('are what dist is bundled with, what those need, and what is copied into dist', () => {
    expect(names).to.include.members([...vendored, 'swagger-ui-dist', 'streamsearch']);
    expect(names).to.not.include.members(['mocha']);
    const places = packages.map(({ place }) => place);
    for (const { place, needs } of packages) expect(places, place).to.include.members(needs);
    const copied = readRoot('scripts/compile.mjs').matchAll(/'node_modules', '([^']+)'/g);
    expect([...copied].map(([, name]) => name).filter((name) => name !== 'typescript')).to.deep.equal([
      'swagger-ui-dist',
    ]);
  });

  it('are no dependencies to install, and have their licences in the package', () => {
    expect(JSON.parse(readRoot('package.json'))).to.not.have.property('dependencies');
    const licences = readRoot('dist/vendor/LICENSES.txt');
    for (const name of [...vendored, 'streamsearch']) expect(licences).to.match(new RegExp(`^${name} \\d+\\.\\d`, 'm'));
  });

  it('are all that the compiled files load beside Node.js itself and the optional peers', () => {
    const { peerDependencies } = JSON.parse(readRoot('package.json'));
    const files = readdirSync(path.join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.js') && !/^(vendor|web|swagger-ui)\b/.test(file),
    );
    const loaded = files.flatMap((file) =>
      Array.from(
        readRoot(path.join('dist', file)).matchAll(/\b(?:require|import)\(["']([^."'][^"']*)["']\)/g),
        ([, name]) => name as string,
      ),
    );
    expect(loaded).to.include('node:fs');
    const others = [...new Set(loaded)].filter((name) => !name.startsWith('node:') && !isBuiltin(name));
    expect(Object.keys(peerDependencies)).to.include.members(others.filter((name) => name !== 'cmake-js/package.json'));
  });

  it('load nothing native that happens to be installed', () => {
    expect(readRoot('dist/vendor/ws.js')).to.not.match(/bufferutil|utf-8-validate/);
  });

  it('have licences that allow passing them on under ours', () => {
    for (const { place, manifest } of packages) expect(isAllowed(licenceOf(manifest)), place).to.equal(true);
  });

  it('would be refused with another licence, with none, or with one that is not understood', () => {
    for (const licence of ['MIT', '(MIT OR GPL-3.0-only)', 'ISC AND BSD-3-Clause'])
      expect(isAllowed(licence), licence).to.equal(true);
    for (const licence of ['GPL-3.0-only', 'MIT AND AGPL-3.0-only', 'SEE LICENSE IN x', 'UNLICENSED', '', undefined])
      expect(isAllowed(licence), licence).to.equal(false);
    expect(licenceOf({ licenses: [{ type: 'MIT', url: 'https://a.org' }] })).to.equal('MIT');
    expect(licenceOf({ license: { type: 'ISC' } })).to.equal('ISC');
    expect(licenceOf({ licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] })).to.equal(undefined);
  });

  // npm's own SBOM left out a dependency that a tool for development needs as well.
  it('stand in an SBOM that is CycloneDX 1.6, with licence, hash and what each needs', async () => {
    const text = sbomOf(packages);
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).to.equal(null);
    const { metadata, components, dependencies: edges } = JSON.parse(text);
    expect(metadata.component.name).to.equal('opencv-face-detector');
    expect(components).to.have.length(packages.length - 1);
    for (const { name, licenses, hashes } of components) {
      expect(licenses, name).to.have.length(1);
      expect(hashes, name).to.have.length(1);
    }
    const needsOf = (ref: string) => edges.find((edge: { ref: string }) => edge.ref === ref).dependsOn;
    expect(needsOf(metadata.component['bom-ref'])).to.have.length(vendored.length + 1);
    const busboy = packages.find(({ manifest }) => manifest.name === 'busboy');
    expect(needsOf(`pkg:npm/busboy@${busboy?.manifest.version}`)[0]).to.match(/^pkg:npm\/streamsearch@/);
  });
});
