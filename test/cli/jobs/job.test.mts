import { expect } from 'chai';
import { jobId, nameOf, readTask, type Work } from '#dist/cli/jobs/job.js';
import { isWorthRetrying } from '#dist/cli/jobs/job-error.js';
import { thrown } from '../../fixtures/rejection.mjs';

const image = (options = {}): Work => ({ isFilm: false, options });

describe('the id of a job', () => {
  it('is the same for the same path and options, in whatever order these are', () => {
    expect(jobId('a/b.jpg', image({ maxFaces: 3, minFaceSize: 40 }))).to.equal(
      jobId('a/b.jpg', image({ minFaceSize: 40, maxFaces: 3 })),
    );
    const hide = (redact: object): Work => ({ isFilm: true, options: {}, redact });
    expect(jobId('a.mp4', hide({ mode: 'fill', margin: 0 }))).to.equal(
      jobId('a.mp4', hide({ margin: 0, mode: 'fill' })),
    );
  });

  it('is another one for another path, or other work', () => {
    const film = { isFilm: true, options: {} };
    const ids = [
      jobId('a', image()),
      jobId('b', image()),
      jobId('a', image({ maxFaces: 3 })),
      jobId('a', image({ maxFaces: 4 })),
      jobId('a', film),
      jobId('a', { ...film, redact: {} }),
      jobId('a', { ...film, redact: { mode: 'fill' } }),
      jobId('a', { ...film, options: { searchEvery: 3 } }),
    ];
    expect(new Set(ids).size).to.equal(8);
  });

  it('is one that BullMQ takes, for any name: no number, no colon', () => {
    for (const path of ['1', '12:30.jpg', 'ä/ü.png', ' ', '\ud800'])
      expect(jobId(path, image()), path).to.match(/^i[\w-]{22}$/);
  });

  // Results of an earlier version would be searched again.
  it('stays what it has been', () => {
    expect(jobId('2024/party.jpg', image({ minFaceSize: 40 }))).to.equal('irtIWD0D9SjaMTNARLGQePQ');
  });
});

describe('the data of a job', () => {
  const png = Buffer.from('png').toString('base64');
  const right: [unknown, object][] = [
    [{ path: 'a.jpg' }, { file: 'a.jpg', path: 'a.jpg', options: {} }],
    [
      { path: 'a.jpg', options: { maxFaces: 3 } },
      { file: 'a.jpg', path: 'a.jpg', options: { maxFaces: 3 } },
    ],
    [{ image: png }, { file: '7', bytes: Buffer.from('png'), options: {} }],
    [
      { image: `data:image/png;base64,${png}`, name: 'b' },
      { file: 'b', bytes: Buffer.from('png'), options: {} },
    ],
    [
      { film: 'a.mp4', options: { searchEvery: 'change', minFaceSize: 40 } },
      { file: 'a.mp4', film: 'a.mp4', options: { searchEvery: 'change', minFaceSize: 40 } },
    ],
    [
      { film: 'a.mp4', redact: { mode: 'fill', keepsSound: false } },
      { file: 'a.mp4', film: 'a.mp4', options: {}, redact: { mode: 'fill', keepsSound: false } },
    ],
  ];
  for (const [data, task] of right) {
    it(`may be ${JSON.stringify(data)}`, () => {
      expect(readTask('7', data)).to.deep.equal(task);
    });
  }

  const wrong: [unknown, string][] = [
    [undefined, 'INVALID_JOB'],
    [null, 'INVALID_JOB'],
    ['a.jpg', 'INVALID_JOB'],
    [[], 'INVALID_JOB'],
    [{}, 'INVALID_JOB'],
    [{ path: '' }, 'INVALID_JOB'],
    [{ path: 'a\0b' }, 'INVALID_JOB'],
    [{ path: 3 }, 'INVALID_JOB'],
    [{ path: 'a', image: png }, 'INVALID_JOB'],
    [{ path: 'a', name: 'b' }, 'INVALID_JOB'],
    [{ film: '' }, 'INVALID_JOB'],
    [{ film: 'a\0b' }, 'INVALID_JOB'],
    [{ film: 'a', path: 'a' }, 'INVALID_JOB'],
    [{ film: 'a', name: 'b' }, 'INVALID_JOB'],
    [{ film: 'a', redact: true }, 'INVALID_JOB'],
    [{ film: 'a', redact: { mode: 'ink' } }, 'INVALID_OPTION'],
    [{ film: 'a', redact: { overwrite: true } }, 'INVALID_OPTION'],
    [{ film: 'a', options: { orientation: 'auto' } }, 'INVALID_OPTION'],
    [{ film: 'a', options: { maxYaw: 20 } }, 'INVALID_OPTION'],
    [{ path: 'a', redact: {} }, 'INVALID_JOB'],
    [{ path: 'a', options: { searchEvery: 3 } }, 'INVALID_OPTION'],
    [{ image: 'no base64!' }, 'INVALID_JOB'],
    [{ image: png, name: 3 }, 'INVALID_JOB'],
    [{ path: 'a', other: 1 }, 'INVALID_JOB'],
    [{ path: 'a', options: [] }, 'INVALID_JOB'],
    [{ path: 'a', options: { minFaceSize: 1 } }, 'INVALID_OPTION'],
    [{ path: 'a', options: { signal: {} } }, 'INVALID_OPTION'],
  ];
  for (const [data, code] of wrong) {
    it(`may not be ${JSON.stringify(data)}`, () => {
      expect(thrown(() => readTask('7', data))).to.have.property('code', code);
    });
  }

  it('always gives its result a name', () => {
    const names = [{ path: 'a' }, { name: 'b' }, { path: 3 }, null, 'text'].map((data) => nameOf('7', data));
    expect(names).to.deep.equal(['a', 'b', '7', '7', '7']);
  });
});

describe('an error of a job', () => {
  it('is tried again where it may pass, and only there', () => {
    for (const code of ['OUT_OF_MEMORY', 'EIO', 'ESTALE', 'ENOENT', 'EMFILE', 'INTERNAL'])
      expect(isWorthRetrying(code), code).to.equal(true);
    for (const code of ['CORRUPT_IMAGE', 'TRUNCATED_IMAGE', 'TOO_MANY_PIXELS', 'INVALID_OPTION', 'OUTSIDE_ROOT'])
      expect(isWorthRetrying(code), code).to.equal(false);
  });
});
