import { expect } from 'chai';
import { StrictForm } from '#dist/service/http/strict-form.js';

const part = (content: string) => `--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n${content}\r\n`;

/** What a form becomes that comes in these pieces, its own boundary called BOUNDARY, and the bytes of each that came too early to use. */
function strictForm(pieces: Iterable<string>): { text: string; most: number; failure?: string } {
  let [taken, emitted, most] = [0, 0, 0];
  const all: Buffer[] = [];
  const form = new StrictForm('x', (piece) => {
    all.push(piece);
    emitted += piece.length;
  });
  const text = () => Buffer.concat(all).toString('latin1').replaceAll(form.boundary, 'BOUNDARY');
  try {
    for (const piece of pieces) {
      form.push(Buffer.from(piece, 'latin1'));
      taken += piece.length;
      most = Math.max(most, taken - emitted);
    }
    form.end();
    return { text: text(), most };
  } catch (error) {
    return { text: text(), most, failure: (error as Error).message };
  }
}

function* repeat(piece: string, times: number): Generator<string> {
  for (let i = 0; i < times; i++) yield piece;
}

describe('StrictForm', () => {
  const header = '\r\nContent-Disposition: form-data; name="a"; filename="b"\r\nContent-Type: application/octet-stream';
  const strict = `\r\n--BOUNDARY${header}\r\n\r\none\r\n--BOUNDARY${header}\r\n\r\n\r\n--BOUNDARY--\r\n`;

  it('writes a form anew, without what stands before and after it', () => {
    const form = `before\r\n${part('one')}${part('')}--x--\r\nafter`;
    expect(strictForm([form]).text).to.equal(strict);
    expect(strictForm(form).text, 'byte by byte').to.equal(strict);
    expect(strictForm(form.replaceAll('\r\n', '\n')).text, 'between LF').to.equal(strict);
    expect(strictForm(['--x--']).text).to.equal('\r\n--BOUNDARY--\r\n');
  });

  it('has a boundary of its own for each form', () => {
    const boundaries = Array.from({ length: 100 }, () => new StrictForm('x', () => undefined).boundary);
    expect(new Set(boundaries).size).to.equal(100);
    for (const boundary of boundaries) expect(boundary).to.match(/^[\da-f-]{36}$/);
  });

  it('gives the bytes of a part as they come', () => {
    const { most, text } = strictForm([part('').slice(0, -2), ...repeat('1'.repeat(1000), 1000), '\r\n--x--']);
    expect(text.length).to.be.above(1_000_000);
    expect(most).to.be.below(100);
  });

  it('says of what came before a fault all that there is to say', () => {
    const { text, failure } = strictForm([`${part('one')}--xy`]);
    expect(failure).to.match(/a line begins with the boundary and goes on$/);
    expect(text)
      .to.equal(strict.slice(0, text.length))
      .and.match(/one\r\n--BOUNDARY$/);
  });

  it('refuses a header when it has come to 16 KiB', () => {
    let taken = 0;
    const endless = function* () {
      yield '--x\r\n';
      for (; taken < 1_000_000; taken += 1000) yield `A: ${'b'.repeat(995)}\r\n`;
    };
    expect(strictForm(endless()).failure).to.match(/Malformed part header$/);
    expect(taken).to.be.within(15_000, 17_000);
  });

  it('goes on through a beginning, white space and an end without end', () => {
    for (const [start, piece] of [
      ['', '\r\n--y'],
      ['--x', ' \t'.repeat(1000)],
      [`${part('one')}--x--\r\n`, '--x\r\n'],
    ] as const) {
      const { failure = '' } = strictForm([start, ...repeat(piece, 10_000)]);
      expect(failure).to.match(start.endsWith('--\r\n') ? /^$/ : /Unexpected end of form$/);
    }
  });
});
