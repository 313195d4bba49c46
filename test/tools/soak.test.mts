import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../fixtures/available.mjs';

const part = (name: string) => import(path.join(root, 'tools', 'soak', name));
const { slope } = (await part('slope.mjs')) as {
  slope(points: [number, number][]): { slope: number; low: number; high: number };
};
const { verdict } = (await part('verdict.mjs')) as {
  verdict(rests: object[], isWhole: boolean): { failures: string[]; memory: object };
};
const { Judge } = (await part('judge.mjs')) as {
  Judge: new (settings: { bodyTimeoutMs: number }) => { fault(asked: object, ending: object): string | undefined };
};
const { Log } = (await part('log.mjs')) as {
  Log: new () => {
    read(line: string, stream: string): void;
    differences(requests: object[]): string[];
    faults: string[];
  };
};

describe('npm run soak', () => {
  it('refuses arguments that it does not know', () => {
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'tools', 'soak', 'soak.mjs'), 'long'], {
      encoding: 'utf8',
    });
    expect(status).to.equal(2);
    expect(stderr).to.match(/^usage: npm run tools -- soak/);
  });
});

describe('the slope of a line through points', () => {
  const points = Array.from({ length: 20 }, (_value, i): [number, number] => [i, 5 + 2 * i + (i % 2) * 0.1]);

  it('is found among noise, with its interval', () => {
    const found = slope(points);
    expect(found.slope).to.be.closeTo(2, 0.01);
    expect(found.low).to.be.within(1.9, 2);
    expect(found.high).to.be.within(2, 2.1);
  });

  it('is not moved by a few points that are far off', () => {
    const spoilt = points.map(([x, y]): [number, number] => [x, x % 7 === 0 ? y + 500 : y]);
    expect(slope(spoilt).slope).to.be.closeTo(2, 0.05);
  });

  it('needs two points', () => {
    expect(() => slope([[1, 1]])).to.throw('two points');
  });
});

describe('the verdict of a soak', () => {
  /** Rests every 500 requests; processes hold some 20, 80 and 80 MB, which move up and down by 10. */
  const rests = (count: number, more: (i: number) => object = () => ({}), mbPer10000 = 0) =>
    Array.from({ length: count }, (_value, i) => {
      const grown = (mbPer10000 * i * 500) / 10_000;
      const inUse = i % 5 === 0 ? [10, 60, 60 + grown + (i % 2) / 10] : undefined;
      const memory = [20, 80 + ((i * 7) % 11), 80 + grown - ((i * 5) % 11)];
      return {
        requests: i * 500,
        pids: [1, 2, 3],
        restarts: 0,
        counts: { socket: 5, file: 6 },
        memory,
        inUse,
        ...more(i),
      };
    });

  it('passes where nothing grows', () => {
    expect(verdict(rests(60), true).failures).to.deep.equal([]);
  });

  it('fails where memory in use grows by more than a megabyte in 10,000 requests', () => {
    expect(verdict(rests(60, undefined, 0.8), true).failures).to.deep.equal([]);
    expect(verdict(rests(60, undefined, 1.5), true).failures.join()).to.match(/^memory grows by 1.5/);
  });

  it('fails where pages come to be half as many again, which a collection of garbage frees', () => {
    const garbage = (share: number) => (i: number) => ({ memory: [20, 80, 80 * (1 + (share * i) / 60)] });
    expect(verdict(rests(60, garbage(0.5)), true).failures).to.deep.equal([]);
    expect(verdict(rests(60, garbage(4)), true).failures.join()).to.match(
      /^from \d+(\.\d+)? to \d+(\.\d+)? MB of pages$/,
    );
  });

  it('leaves the warm-up out', () => {
    const warming = (i: number) => (i < 14 ? { memory: [1, 2, 3], inUse: [1, 2, 3], counts: { socket: 1 } } : {});
    expect(verdict(rests(60, warming), true).failures).to.deep.equal([]);
  });

  it('says that a short run cannot tell', () => {
    const { failures, memory } = verdict(rests(10, undefined, 100), false);
    expect(failures).to.deep.equal([]);
    expect(memory).to.deep.equal({ requests: 4000, growth: 'too few requests to tell' });
  });

  it('fails where a descriptor is left, or a worker was replaced', () => {
    const leaked = (i: number) => ({ counts: { socket: i === 9 ? 6 : 5, file: 6 } });
    expect(verdict(rests(10, leaked), false).failures).to.deep.equal([
      'more of socket: 5 after the warm-up, 6 at the end',
    ]);
    const replaced = (i: number) => ({ pids: [1, 2, i > 5 ? 4 : 3] });
    expect(verdict(rests(10, replaced), false).failures).to.deep.equal(['a worker was replaced']);
    expect(
      verdict(
        rests(10, () => ({ restarts: 1 })),
        false,
      ).failures,
    ).to.deep.equal(['a worker was replaced']);
  });
});

describe('the judge of a soak', () => {
  const asked = { id: 'r1', method: 'POST', path: '/v1/faces', expected: [200], key: 'one' };
  const answer = (more: object = {}) => ({
    end: 'answered',
    ms: 5,
    status: 200,
    headers: { 'x-request-id': 'r1', 'content-type': 'application/json' },
    body: Buffer.from('{"faces":[{"box":{"x":10,"y":10,"width":20,"height":20}}]}'),
    ...more,
  });
  const fault = (ending: object, request: object = asked) => new Judge({ bodyTimeoutMs: 1000 }).fault(request, ending);

  it('has nothing against what may be', () => {
    for (const end of ['left', 'stale', 'closed']) expect(fault({ end })).to.equal(undefined);
    expect(fault(answer())).to.equal(undefined);
    expect(fault(answer({ status: 504 }))).to.equal(undefined);
    expect(fault(answer({ status: 503, headers: { 'x-request-id': 'r1', 'retry-after': '1' } }))).to.equal(undefined);
    expect(fault(answer({ status: 408, ms: 1000 }))).to.equal(undefined);
  });

  it('sees losses, wrong statuses and the answers to other requests', () => {
    expect(fault({ end: 'lost', why: 'ECONNRESET' })).to.equal('lost: ECONNRESET');
    expect(fault({ end: 'refused' })).to.equal('no connection');
    expect(fault(answer({ status: 500 }))).to.match(/^status 500 instead of 200/);
    expect(fault(answer({ status: 408 }))).to.match(/^status 408/);
    expect(fault(answer({ status: 503 }))).to.equal('503 without Retry-After');
    expect(fault(answer({ headers: { 'x-request-id': 'r2' } }))).to.equal('the answer to another request');
  });

  it('sees answers that differ from the first one, but for the name of the request', () => {
    const judge = new Judge({ bodyTimeoutMs: 1000 });
    const named = (id: string, faces: string) =>
      judge.fault(
        { ...asked, id },
        answer({
          headers: { 'x-request-id': id, 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify({ requestId: id, faces })),
        }),
      );
    expect(named('r1', 'two')).to.equal(undefined);
    expect(named('r2', 'two')).to.equal(undefined);
    expect(named('r3', 'one')).to.match(/^another answer than before/);
  });

  it('knows where faces are drawn', () => {
    expect(fault(answer(), { ...asked, drawn: [{ x: 20, y: 20 }] })).to.equal(undefined);
    expect(fault(answer(), { ...asked, drawn: [{ x: 60, y: 20 }] })).to.equal('not the faces that are drawn');
    expect(fault(answer(), { ...asked, drawn: [] })).to.equal('not the faces that are drawn');
  });
});

describe('the log of a soaked service', () => {
  it('shows errors, but not what decoders say of damaged images', () => {
    const log = new Log();
    log.read('{"level":"info","msg":"request","requestId":"r1","status":200}', 'stdout');
    log.read('{"level":"warn","msg":"request","requestId":"r2","status":503}', 'stdout');
    log.read('Premature end of JPEG file', 'stderr');
    log.read(
      "imdecode_(''): can't read header: grfmt_bmp.cpp:108: error: (-215:Assertion failed) m_rle_code_ >= 0",
      'stderr',
    );
    expect(log.faults).to.deep.equal([]);
    const bad = ['{"level":"error","msg":"a request failed"}', '(node:5) MaxListenersExceededWarning: possible leak'];
    log.read(bad[0] ?? '', 'stdout');
    log.read(bad[1] ?? '', 'stderr');
    expect(log.faults).to.deep.equal(bad);
  });

  it('must say of each request what its client has seen', () => {
    const log = new Log();
    const seen = (id: string, outcome: number | string) => ({ id, method: 'POST', path: '/face', outcome });
    for (const id of ['r1', 'r2', 'r3', 'r5'])
      log.read(`{"level":"info","msg":"request","requestId":"${id}","status":200}`, 'stdout');
    const requests = [seen('r1', 200), seen('r2', 422), seen('r3', 'left'), seen('r4', 'stale'), seen('r5', 'stale')];
    expect(log.differences(requests)).to.deep.equal([
      'r2 POST /face: logged 200, but its client saw 422',
      'r5 POST /face: logged 200, but its client saw stale',
    ]);
    expect(log.differences([seen('r1', 200)])).to.have.length(1); // it has been taken
  });
});
