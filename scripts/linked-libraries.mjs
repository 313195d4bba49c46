// What the static addon contains that others wrote: names, versions, licences.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

// SPDX expressions; the texts, with the exceptions for single files, come from the sources themselves.
const licences = {
  highway: 'Apache-2.0 OR BSD-3-Clause',
  'libjpeg-turbo': 'IJG AND BSD-3-Clause AND Zlib',
  'libpng1.6': 'libpng-2.0',
  libwebp: 'BSD-3-Clause',
  'node-addon-api': 'MIT',
  opencv: 'Apache-2.0',
  protobuf: 'BSD-3-Clause',
  tiff: 'libtiff',
  zlib: 'Zlib',
};

/** What native/static/build.sh leaves of a library: copyright, version, such as `tiff (4.7.0-3+deb13u3)`, and suite. */
function builtFromDebian(folder, name) {
  const read = (file) => readFileSync(path.join(folder, name, file), 'utf8').trim();
  return { name, version: /\((.+)\)/.exec(read('version'))[1], suite: read('suite'), source: 'debian' };
}

/** What vcpkg leaves of a library: copyright, and an SPDX document that has the licence. */
function builtByVcpkg(folder, name) {
  const { packages } = JSON.parse(readFileSync(path.join(folder, name, 'vcpkg.spdx.json'), 'utf8'));
  const { versionInfo, licenseConcluded } = packages.find(({ SPDXID }) => SPDXID === 'SPDXRef-port');
  const licence = licenseConcluded === 'NOASSERTION' ? 'LicenseRef-NOTICE' : licenseConcluded;
  return { name, version: versionInfo, licence, source: 'vcpkg' };
}

/**
 * Reads a folder with a folder for each library, in which its licence is called `copyright`.
 * node-addon-api, which is headers only, comes from node_modules.
 */
export function linkedLibraries(folder, root) {
  const built = readdirSync(folder)
    .sort()
    .map((name) => {
      const isOfVcpkg = existsSync(path.join(folder, name, 'vcpkg.spdx.json'));
      const library = isOfVcpkg ? builtByVcpkg(folder, name) : builtFromDebian(folder, name);
      return { ...library, text: readFileSync(path.join(folder, name, 'copyright'), 'utf8') };
    });
  const headers = path.join(root, 'node_modules', 'node-addon-api');
  const { version } = JSON.parse(readFileSync(path.join(headers, 'package.json'), 'utf8'));
  const text = readFileSync(path.join(headers, 'LICENSE.md'), 'utf8');
  return [...built, { name: 'node-addon-api', version, text, source: 'npm' }].map((library) => {
    const licence = library.licence ?? licences[library.name];
    if (!licence) throw new Error(`${library.name} has no licence in scripts/linked-libraries.mjs`);
    return { ...library, licence };
  });
}

/** One text with all licences, as their terms ask for where a binary is passed on. */
export function noticeOf(libraries) {
  const head =
    'opencv_face_detector.node contains these libraries. Their licences follow, each as its source states it.\n';
  const list = libraries.map(({ name, version, licence }) => `  ${name} ${version}: ${licence}\n`).join('');
  const texts = libraries.map(({ name, version, text }) => `${'='.repeat(80)}\n${name} ${version}\n\n${text.trim()}\n`);
  return `${head}\n${list}\n${texts.join('\n')}`;
}

function purlOf({ name, version, source, suite }) {
  if (source === 'npm') return `pkg:npm/${name}@${version}`;
  if (source === 'vcpkg') return `pkg:vcpkg/${name}@${encodeURIComponent(version)}`;
  return `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=source&distro=${suite}`;
}

const sourcesProperty = 'opencv-face-detector:sources';

/** The hash of what the addon of this SBOM was compiled from. */
export function sourcesIn(sbom) {
  const { properties = [] } = JSON.parse(sbom).metadata.component;
  return properties.find(({ name }) => name === sourcesProperty)?.value;
}

/** CycloneDX 1.6 as JSON. `sources` is the hash of what the addon was compiled from. */
export function sbomOf(libraries, { version, target, sources }) {
  const { Library } = Enums.ComponentType;
  const addon = new Models.Component(Library, `opencv-face-detector-${target}`, {
    version,
    bomRef: 'addon',
    licenses: new Models.LicenseRepository([new Models.LicenseExpression('Apache-2.0')]),
    properties: new Models.PropertyRepository([new Models.Property(sourcesProperty, sources)]),
  });
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: addon }) });
  for (const library of libraries) {
    const component = new Models.Component(Library, library.name, {
      version: library.version,
      bomRef: purlOf(library),
      purl: purlOf(library),
      licenses: new Models.LicenseRepository([new Models.LicenseExpression(library.licence)]),
    });
    addon.dependencies.add(component.bomRef);
    bom.components.add(component);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}
