import { expect } from 'chai';
import { createLogger, requestIdOf, traceOf } from '#dist/service/log.js';

describe('log', () => {
  it('is at level debug where DEBUGGING says so, else at LOG_LEVEL', () => {
    expect(createLogger({ debugging: true, logLevel: 'error' }, 'worker').level).to.equal('debug');
    expect(createLogger({ debugging: false, logLevel: 'error' }, 'worker').level).to.equal('error');
  });

  it("keeps a client's request id that is one", () => {
    for (const id of ['a', 'A-b_c.9', '0'.repeat(128)]) expect(requestIdOf(id)).to.equal(id);
  });

  it('makes a new one instead of any other', () => {
    const others = [undefined, '', ' a', 'a b', 'a\n', '\n', 'a"b', '{}', 'é', 'a,a', '0'.repeat(129)];
    const made = others.map(requestIdOf);
    for (const id of made) expect(id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(new Set(made).size).to.equal(others.length);
  });

  it('takes trace and parent from a traceparent', () => {
    const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    expect(traceOf(`00-${traceId}-${parentId}-01`)).to.deep.equal({ traceId, parentId });
    const others = [
      undefined,
      '',
      `01-${traceId}-${parentId}-01`,
      `00-${traceId.toUpperCase()}-${parentId}-01`,
      `00-${traceId}-${parentId}`,
      `00-${traceId}-${parentId}-01-x`,
      `00-${traceId}0-${parentId}-01`,
      `00-${'0'.repeat(32)}-${parentId}-01`,
      `00-${traceId}-${'0'.repeat(16)}-01`,
      ` 00-${traceId}-${parentId}-01`,
    ];
    for (const header of others) expect(traceOf(header), header).to.deep.equal({});
  });
});
