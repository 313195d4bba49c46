import { expect } from 'chai';
import type { Request, Response } from 'express';
import { requireKey } from '#dist/service/http/keys.js';

const [one, two] = ['first-key-of-twenty-', 'second-key-of-twenty'];

/** What becomes of a request with these headers. */
function answerTo(
  headers: Record<string, string>,
  keys = [one, two],
): { passes: boolean; code?: unknown; challenge?: string } {
  const request = { headers, get: (name: string) => headers[name] } as unknown as Request;
  const set: Record<string, string> = {};
  const response = {
    set: (name: string, value: string) => Object.assign(set, { [name]: value }),
  } as unknown as Response;
  let passes = false;
  try {
    requireKey(keys)(request, response, () => {
      passes = true;
    });
  } catch (error) {
    const { code } = error as { code?: unknown };
    return { passes, code, ...(set['WWW-Authenticate'] && { challenge: set['WWW-Authenticate'] }) };
  }
  return { passes };
}

describe('API keys', () => {
  it('let any of them pass, in either header', () => {
    const good: Record<string, string>[] = [
      { authorization: `Bearer ${one}` },
      { authorization: `bearer  ${two}` },
      { 'x-api-key': one },
      { 'x-api-key': two },
      { authorization: 'Basic dTpw', 'x-api-key': two }, // the other header is a proxy's
    ];
    for (const headers of good) expect(answerTo(headers), JSON.stringify(headers)).to.deep.equal({ passes: true });
  });

  it('refuse everything else and say how to ask', () => {
    const bad: Record<string, string>[] = [
      {},
      { authorization: one },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${one} ${two}` },
      { authorization: `Bearer ${one}x` },
      { authorization: `Bearer ${one.slice(0, -1)}` },
      { authorization: `Basic ${one}` },
      { 'x-api-key': '' },
      { 'x-api-key': one.toUpperCase() },
      { 'x-api-key': `${one},${two}` },
    ];
    for (const headers of bad) {
      expect(answerTo(headers), JSON.stringify(headers)).to.deep.equal({
        passes: false,
        code: 'UNAUTHORIZED',
        challenge: 'Bearer realm="opencv-face-detector"',
      });
    }
  });

  it('are not asked for where there are none', () => {
    expect(answerTo({}, [])).to.deep.equal({ passes: true });
  });
});
