// What the prebuilt addon of Linux with glibc may ask of a machine, and what it does ask of it.
import { spawnSync } from 'node:child_process';

// Enterprise Linux 9 and Amazon Linux 2023 have these versions, and no newer ones. libstdc++ is part of the addon.
const libraries = /^(libc|libm|libgcc_s|ld-linux.*)\.so\.\d+$/;
const newest = { GLIBC: '2.34', GCC: '11.0.0' };

const isNewer = (version, limit) => new Intl.Collator('en', { numeric: true }).compare(version, limit) > 0;

/** Libraries and versions of symbols, such as `libm.so.6` and `GLIBC_2.29`, that an ELF file asks for. Needs readelf. */
export function needsOf(file) {
  const args = ['--wide', '--dynamic', '--version-info', file];
  const { status, stdout, stderr, error } = spawnSync('readelf', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`readelf, of binutils, cannot read ${file}: ${error?.message ?? stderr}`);
  const all = (pattern) => [...new Set([...stdout.matchAll(pattern)].map(([, name]) => name))];
  return { libraries: all(/\(NEEDED\).*\[(.+)\]/g), versions: all(/ Name: (\S+) {2}Flags:/g) };
}

/** Those needs that some machine cannot meet on which the prebuilt addon must run. */
export function beyondReach(needs) {
  const isWithin = (name) => {
    const [library, version] = name.split('_');
    return library in newest && !isNewer(version, newest[library]);
  };
  return [
    ...needs.libraries.filter((name) => !libraries.test(name)),
    ...needs.versions.filter((name) => !isWithin(name)),
  ];
}
