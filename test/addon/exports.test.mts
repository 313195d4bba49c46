import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root, skip } from '../fixtures/available.mjs';

interface Needs {
  libraries: string[];
  versions: string[];
}
const { needsOf, beyondReach } = (await import(path.join(root, 'scripts', 'addon-reach.mjs'))) as {
  needsOf(file: string): Needs;
  beyondReach(needs: Needs): string[];
};

const built = path.join(root, 'build', 'Release', 'opencv_face_detector.node');
const prebuilt = path.join(root, 'prebuilds', `linux-${process.arch}-glibc`, 'opencv_face_detector.node');

describe('the addon as a shared object', () => {
  before(function () {
    if (process.platform !== 'linux') skip(this, 'not an ELF file');
    if (spawnSync('readelf', ['--version']).status !== 0) skip(this, 'binutils is not installed');
  });

  /** Lines of the table of symbols that others see or that others must bring. */
  function symbols(context: Mocha.Context): string[] {
    if (!existsSync(built)) skip(context, 'the addon in use is not in build/Release');
    const { stdout } = spawnSync('objdump', ['-T', built], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    return stdout.split('\n').filter((line) => /^[0-9a-f]{8,} /.test(line));
  }
  const nameIn = (line: string) => line.trim().split(/\s+/).at(-1);

  // Another addon in the process may bring another OpenCV.
  it('shows nothing but the two functions that Node.js looks for', function () {
    const defined = symbols(this).filter((line) => /\s(\.|\*ABS)/.test(line));
    expect(defined.map(nameIn)).to.have.members(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
  });

  // Linking does not miss what a library of the static build was made without; the first call of it would end the process.
  it('asks for nothing that neither Node.js nor a library brings', function () {
    // With its version in brackets where a library has it; w where it may be missing.
    const without = symbols(this).filter((line) => line.includes('*UND*') && !/^\w+ +w |\(\w+_[\d.]+\)/.test(line));
    if (needsOf(built).libraries.some((name) => name.startsWith('libopencv')))
      skip(this, "linked with the machine's OpenCV");
    expect(without.length).to.be.above(20);
    expect(without.map(nameIn).filter((name) => !/^(napi|node_api)_/.test(name ?? ''))).to.deep.equal([]);
  });

  // A symbol of GCC 12's libstdc++ kept Enterprise Linux 9 and Amazon Linux 2023 out.
  for (const [title, file] of [
    ['built here with OpenCV in it', built],
    ['prebuilt', prebuilt],
  ] as const) {
    it(`asks for nothing newer than glibc 2.34, and for no libstdc++: ${title}`, function () {
      if (!existsSync(file)) skip(this, `there is no ${path.relative(root, file)}`);
      const needs = needsOf(file);
      if (needs.libraries.some((name) => name.startsWith('libopencv'))) skip(this, "linked with the machine's OpenCV");
      expect(needs.versions).to.include('GLIBC_2.34'); // it has been read
      expect(beyondReach(needs)).to.deep.equal([]);
    });
  }

  it('is refused with any other library, or a newer version', () => {
    const libraries = ['libc.so.6', 'libm.so.6', 'libgcc_s.so.1', 'ld-linux-x86-64.so.2'];
    const versions = ['GLIBC_2.2.5', 'GLIBC_2.34', 'GCC_3.0'];
    expect(beyondReach({ libraries, versions })).to.deep.equal([]);
    const beyond = [
      'libstdc++.so.6',
      'libopencv_core.so.406',
      'GLIBC_2.35',
      'GLIBC_3',
      'GLIBCXX_3.4',
      'CXXABI_1.3',
      'HWY_0',
    ];
    expect(
      beyondReach({ libraries: [...libraries, ...beyond.slice(0, 2)], versions: [...versions, ...beyond.slice(2)] }),
    ).to.deep.equal(beyond);
  });
});
