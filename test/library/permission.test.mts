import { expect } from 'chai';
import { missingFlag, withMissingFlag } from '#dist/library/permission.js';

describe("a refusal of Node's permission model", () => {
  const refusal = (permission: string, resource = '') =>
    Object.assign(new Error('Access to this API has been restricted'), {
      code: 'ERR_ACCESS_DENIED',
      permission,
      resource,
    });

  it('has a flag, with the file where it is about one', () => {
    expect(missingFlag(refusal('FileSystemRead', '/a b.jpg'))).to.equal('--allow-fs-read=/a b.jpg');
    expect(missingFlag(refusal('FileSystemWrite', '/out'))).to.equal('--allow-fs-write=/out');
    expect(missingFlag(refusal('ChildProcess'))).to.equal('--allow-child-process');
    expect(missingFlag(refusal('WorkerThreads'))).to.equal('--allow-worker');
    expect(missingFlag(refusal('Net', '127.0.0.1:6379'))).to.equal('--allow-net');
    expect(missingFlag(refusal('SomethingNew'))).to.equal('--allow-...');
  });

  it('names it in message and stack, and stays the same error', () => {
    const error = refusal('FileSystemRead', '/a.jpg');
    const message = 'Node.js runs under its permission model, which needs --allow-fs-read=/a.jpg for this';
    expect(withMissingFlag(withMissingFlag(error)))
      .to.equal(error)
      .and.have.property('message', message);
    expect(error.stack?.split('\n')[0]).to.equal(`Error: ${message}`);
  });

  it('is no other error, nor what is none', () => {
    for (const other of [
      new Error('no'),
      Object.assign(new Error('no'), { code: 'EACCES' }),
      'text',
      undefined,
      null,
    ]) {
      expect(missingFlag(other)).to.equal(undefined);
      expect(withMissingFlag(other)).to.equal(other);
    }
  });
});
