// npm run licences: lists the licences of all that a user gets with the package, and fails where one is not among those allowed.
// Those of what is linked into the addon stand in linked-libraries.mjs.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import satisfies from 'spdx-satisfies';
import { dependencies } from './dependencies.mjs';

// Each allows passing on under the Apache License 2.0, as ours does, and asks for no more than its text and its copyright.
const allowed = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** The licence in a package.json as an SPDX expression, also in the two forms that npm once took; undefined where there is none. */
export function licenceOf({ license, licenses = [] }) {
  const one = license ?? (licenses.length === 1 ? licenses[0] : undefined);
  return typeof one === 'object' ? one.type : one;
}

/** Whether an SPDX expression can be met by allowed licences alone. What is no such expression cannot. */
export function isAllowed(licence) {
  try {
    return satisfies(licence, allowed);
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all = dependencies(path.join(import.meta.dirname, '..')).map(({ place, manifest }) => {
    const licence = licenceOf(manifest) ?? 'no licence';
    return { place: place || manifest.name, licence, isAllowed: isAllowed(licence) };
  });
  for (const { place, licence } of all) console.log(`${licence.padEnd(14)} ${place}`);
  const refused = all.filter((one) => !one.isAllowed);
  for (const { place, licence } of refused) console.error(`not among the licences allowed: ${licence} (${place})`);
  if (refused.length > 0) process.exitCode = 1;
}
