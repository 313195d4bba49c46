import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root, skip } from '../fixtures/available.mjs';

const addon = path.join(root, 'build', 'Release', 'opencv_face_detector.node');

/** Newest version of a library that the symbols in `table` ask for, such as 2.34 for GLIBC. */
function newest(table: string, library: string): string {
  const versions = [...table.matchAll(new RegExp(`\\b${library}_([0-9.]+)`, 'g'))].map(([, version]) => version ?? '');
  const byNumber = new Intl.Collator('en', { numeric: true });
  return versions.sort(byNumber.compare).at(-1) ?? '0';
}

const isAtMost = (version: string, limit: string) =>
  new Intl.Collator('en', { numeric: true }).compare(version, limit) <= 0;

describe('the addon as a shared object', () => {
  let table: string;
  before(function () {
    if (process.platform !== 'linux') skip(this, 'not an ELF file');
    if (!existsSync(addon)) skip(this, 'the addon in use is not in build/Release');
    const { status, stdout } = spawnSync('objdump', ['-T', addon], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (status !== 0) skip(this, 'objdump is not installed');
    table = stdout;
  });

  // Another addon in the process may bring another OpenCV.
  it('shows nothing but the two functions that Node.js looks for', () => {
    const defined = table.split('\n').filter((line) => /^[0-9a-f]{8,} .*\s(\.|\*ABS)/.test(line));
    const names = defined.map((line) => line.trim().split(/\s+/).at(-1));
    expect(names).to.have.members(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
  });

  it('asks for nothing newer than glibc 2.34 and GCC 12 have, where OpenCV is part of it', function () {
    const { stdout } = spawnSync('objdump', ['-p', addon], { encoding: 'utf8' });
    if (/NEEDED +libopencv/.test(stdout)) skip(this, "this addon was linked with the machine's OpenCV");
    const needed = [...stdout.matchAll(/NEEDED +(\S+)/g)].map(([, name]) => name ?? '');
    expect(needed.filter((name) => !/^(libc|libm|libstdc\+\+|libgcc_s|ld-linux.*)\.so/.test(name))).to.deep.equal([]);
    expect(newest(table, 'GLIBC')).to.satisfy((version: string) => isAtMost(version, '2.34'));
    expect(newest(table, 'GLIBCXX')).to.satisfy((version: string) => isAtMost(version, '3.4.30'));
  });
});
