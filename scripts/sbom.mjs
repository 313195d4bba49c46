// npm run sbom [-- FILE]: all npm packages that a user gets with ours, as CycloneDX 1.6 (build/sbom-npm.cdx.json by default). What is
// linked into the addon has an SBOM of its own, prebuilds/<platform>/sbom.cdx.json, which npm run prebuild writes. Not by `npm sbom`,
// to which what is bundled into dist is for development only.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { dependencies } from './dependencies.mjs';
import { licenceOf } from './licences.mjs';

const { FromNodePackageJson, License } = Contrib;
const components = new FromNodePackageJson.Builders.ComponentBuilder(
  new FromNodePackageJson.Factories.ExternalReferenceFactory(),
  new License.Factories.LicenseFactory(),
);

const purlOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function componentOf({ manifest, integrity }) {
  const component = components.makeComponent({ ...manifest, license: licenceOf(manifest), licenses: undefined });
  component.purl = purlOf(manifest);
  component.bomRef.value = component.purl;
  const [algorithm, base64] = integrity?.split('-') ?? [];
  if (algorithm === 'sha512')
    component.hashes.set(Enums.HashAlgorithm['SHA-512'], Buffer.from(base64, 'base64').toString('hex'));
  return component;
}

/** The packages that `dependencies` gives as CycloneDX 1.6, in JSON. */
export function sbomOf(packages) {
  const parts = new Map(packages.map((one) => [one.place, componentOf(one)]));
  for (const { place, needs } of packages)
    for (const need of needs) parts.get(place).dependencies.add(parts.get(need).bomRef);
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: parts.get('') }) });
  for (const [place, part] of parts) if (place !== '') bom.components.add(part);
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.join(import.meta.dirname, '..');
  const packages = dependencies(root);
  const file = process.argv[2] ?? path.join(root, 'build', 'sbom-npm.cdx.json');
  writeFileSync(file, sbomOf(packages));
  console.log(`${packages.length - 1} packages: ${path.relative(process.cwd(), file)}`);
}
