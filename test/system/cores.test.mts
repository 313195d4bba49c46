import { expect } from 'chai';
import { allowedCores } from '#dist/system/cores.js';

/** The kernel's files as a container sees them. */
const reader = (files: Record<string, string>) => (file: string) => files[file] ?? '';

const v2 = (group: string, quotas: Record<string, string>) => ({
  '/proc/self/cgroup': `0::${group}`,
  ...Object.fromEntries(Object.entries(quotas).map(([folder, text]) => [`/sys/fs/cgroup${folder}/cpu.max`, text])),
});

const v1 = (group: string, quotas: Record<string, [quota: string, period: string]>) => {
  const files = Object.entries(quotas).flatMap(([folder, [quota, period]]) => [
    [`/sys/fs/cgroup/cpu${folder}/cpu.cfs_quota_us`, quota],
    [`/sys/fs/cgroup/cpu${folder}/cpu.cfs_period_us`, period],
  ]);
  return { '/proc/self/cgroup': `12:memory:/other\n4:cpu,cpuacct:${group}`, ...Object.fromEntries(files) };
};

describe('cores', () => {
  const cases: [title: string, files: Record<string, string>, cores: number][] = [
    ['no cgroup', {}, 8],
    ['a cgroup without files', v2('/', {}), 8],
    ['version 2, no quota', v2('/', { '': 'max 100000' }), 8],
    ['version 2, quota of the root', v2('/', { '': '300000 100000' }), 3],
    ['version 2, quota of the own group', v2('/a/b', { '/a/b': '200000 100000', '/a': 'max 100000' }), 2],
    ['version 2, quota of a group above', v2('/a/b', { '/a/b': 'max 100000', '/a': '400000 100000' }), 4],
    [
      'version 2, the least of several',
      v2('/a/b', { '/a/b': '500000 100000', '/a': '250000 50000', '': '70000 10000' }),
      5,
    ],
    ['version 2, a part of a core is not kept busy', v2('/', { '': '250000 100000' }), 2],
    ['version 2, less than one core', v2('/', { '': '50000 100000' }), 1],
    ['version 2, more than the affinity', v2('/', { '': '1600000 100000' }), 8],
    ['version 1, no quota', v1('/docker/1', { '/docker/1': ['-1', '100000'], '': ['-1', '100000'] }), 8],
    ['version 1, own group', v1('/docker/1', { '/docker/1': ['150000', '50000'] }), 3],
    ['version 1, the group mounted as root', v1('/docker/1', { '': ['200000', '100000'] }), 2],
    ['version 1, less than one core', v1('/', { '': ['10000', '100000'] }), 1],
    ['both versions', { ...v1('/', { '': ['600000', '100000'] }), '/sys/fs/cgroup/cpu.max': '100000 100000' }, 6],
  ];
  for (const [title, files, cores] of cases) {
    it(`${title}: ${cores} of 8`, () => expect(allowedCores(8, reader(files))).to.equal(cores));
  }

  it('affinity below the quota wins', () => {
    expect(allowedCores(2, reader(v2('/', { '': '600000 100000' })))).to.equal(2);
  });

  it('finds at least one core and no more than there are on this machine', () => {
    expect(allowedCores()).to.be.within(1, allowedCores(undefined, reader({})));
  });
});
