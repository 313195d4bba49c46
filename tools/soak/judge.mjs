import { createHash } from 'node:crypto';

const busy = [503, 504];

/** What an answer says, apart from the request's name in it: equal answers have equal digests. */
function digest({ status, headers, body }, id) {
  const text = body.toString('latin1').replaceAll(id, '');
  return createHash('sha256').update(`${status} ${headers['content-type']} ${text}`).digest('base64');
}

/** Whether there is one box for each drawn face, and around its middle. */
function hasDrawn(faces, drawn) {
  const contains = ({ box }, { x, y }) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
  return faces.length === drawn.length && drawn.every((one) => faces.some((face) => contains(face, one)));
}

/** Looks at what became of requests: what may be, and what may not. */
export class Judge {
  #first = new Map();
  #bodyTimeoutMs;

  constructor({ bodyTimeoutMs }) {
    this.#bodyTimeoutMs = bodyTimeoutMs;
  }

  /** What is wrong with the way that a request ended, in a few words; undefined where nothing is. */
  fault({ id, method, expected, key, drawn }, ending) {
    const { end, why, status, headers, body, ms } = ending;
    if (end === 'lost') return `lost: ${why}`;
    if (end === 'refused') return 'no connection';
    if (end !== 'answered') return undefined;
    if (method !== 'METRICS' && headers['x-request-id'] !== id) return 'the answer to another request';
    if (status === 503 && expected[0] !== 503 && method === 'POST' && !headers['retry-after'])
      return '503 without Retry-After';
    if (busy.includes(status)) return undefined;
    if (status === 408 && ms >= this.#bodyTimeoutMs) return undefined; // this machine was too slow in sending it
    if (!expected.includes(status)) return `status ${status} instead of ${expected}: ${body.subarray(0, 200)}`;
    if (drawn && !hasDrawn(JSON.parse(body).faces, drawn)) return 'not the faces that are drawn';
    return key && this.#differs(key, digest(ending, id)) ? `another answer than before to ${key}` : undefined;
  }

  /** How many different answers have come. */
  get known() {
    return this.#first.size;
  }

  #differs(key, now) {
    const before = this.#first.get(key) ?? now;
    this.#first.set(key, before);
    return before !== now;
  }
}
