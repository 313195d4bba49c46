import { expect } from 'chai';
import { allowedMemory } from '#dist/system/memory.js';

const reader = (files: Record<string, string>) => (file: string) => files[file] ?? '';
const none = '9223372036854771712'; // what version 1 says where nothing is limited

describe('memory', () => {
  const v1 = { '/proc/self/cgroup': '9:memory:/docker/1\n4:cpu,cpuacct:/docker/1' };
  const v2 = { '/proc/self/cgroup': '0::/a/b' };
  const cases: [title: string, files: Record<string, string>, bytes: number][] = [
    ['no cgroup', {}, 8000],
    ['a cgroup without files', v2, 8000],
    ['version 2, no limit', { ...v2, '/sys/fs/cgroup/a/b/memory.max': 'max' }, 8000],
    ['version 2, own group', { ...v2, '/sys/fs/cgroup/a/b/memory.max': '3000' }, 3000],
    [
      'version 2, a group above',
      { ...v2, '/sys/fs/cgroup/a/b/memory.max': '3000', '/sys/fs/cgroup/a/memory.max': '2000' },
      2000,
    ],
    ['version 2, more than the machine has', { ...v2, '/sys/fs/cgroup/a/b/memory.max': '9000' }, 8000],
    ['version 1, no limit', { ...v1, '/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes': none }, 8000],
    ['version 1, own group', { ...v1, '/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes': '3000' }, 3000],
    ['version 1, the group mounted as root', { ...v1, '/sys/fs/cgroup/memory/memory.limit_in_bytes': '2500' }, 2500],
  ];
  for (const [title, files, bytes] of cases) {
    it(`${title}: ${bytes} of 8000`, () => expect(allowedMemory(8000, reader(files))).to.equal(bytes));
  }

  it('finds some on this machine', () => {
    expect(allowedMemory()).to.be.above(2 ** 27);
  });
});
