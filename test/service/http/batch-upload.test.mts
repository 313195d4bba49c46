import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type BatchPart, readBatch } from '#dist/service/http/batch-upload.js';
import { discardBody } from '#dist/service/http/body.js';
import { RequestError } from '#dist/service/http/request-error.js';
import { heldBytes } from '../../fixtures/held-bytes.mjs';
import { eventually, formType, openWire, postHead, type Wire } from '../../fixtures/http.mjs';
import { type Receiver, startReceiver } from '../../fixtures/receiver.mjs';

const limits = { maxBodyBytes: 200_000, maxBatchImages: 20, maxBatchBytes: 5_000_000, bodyTimeoutMs: 10_000 };
const multipart = { 'Content-Type': formType };

const part = (header: string, content: string) => `--x\r\nContent-Disposition: ${header}\r\n\r\n${content}\r\n`;
const image = (content: string, filename = 'a.jpg', field = 'image') =>
  part(`form-data; name="${field}"; filename="${filename}"`, content);
const end = '--x--';

/** All that a batch gives: `bytes` as text, or the code of the error, of each part; then the error that ends it. */
interface Batch {
  parts: string[];
  failure?: string;
}

const shown = (one: BatchPart) =>
  `${one.index} ${one.name}: ${'bytes' in one ? one.bytes.toString('latin1') : one.error.code}`;

const tooMany = 'BODY_TOO_LARGE: a batch may have 20 images at most';
const malformed = (why: string) => `MALFORMED_BODY: the form is malformed: ${why}`;

describe('readBatch', () => {
  let receiver: Receiver<Batch>;
  let wire: Wire;
  let limitsNow: typeof limits;
  let held: ReturnType<typeof heldBytes>;
  let over: AbortController;
  let current: IncomingMessage;
  /** Parts that have come of the request that is being read. */
  let parts: string[];
  /** What is done with each part before the next is asked for. */
  let work: () => Promise<void>;

  before(async () => {
    receiver = await startReceiver(async (request, response) => {
      current = request;
      parts = [];
      try {
        for await (const one of readBatch(request, response, limitsNow, held, over.signal)) {
          parts.push(shown(one));
          await work();
        }
        return { parts };
      } catch (error) {
        const { code, message } = error as Error & { code?: string };
        return { parts, failure: `${code}: ${message}` };
      }
    });
  });
  after(() => receiver.close());

  beforeEach(async () => {
    limitsNow = limits;
    held = heldBytes();
    over = new AbortController();
    work = async () => {};
    wire = await openWire(receiver.origin);
  });
  afterEach(() => wire.socket.destroy());

  const post = async (body: string) => await receiver.post(Buffer.from(body), multipart);
  const openBatch = (body: string) =>
    wire.socket.write(postHead('/', { ...multipart, 'Content-Length': 4_000_000 }) + body);

  const form = `${image('one', '1.jpg')}${image('', '2.jpg', 'file')}${image('three', 'Zoë "3".jpg'.replaceAll('"', '\\"'))}${end}`;
  const whole = { parts: ['0 1.jpg: one', '1 2.jpg: ', '2 Zoë "3".jpg: three'] };

  it('gives the images in their order, with their names', async () => {
    expect(await post(form)).to.deep.equal({ value: whole });
    const nameless = `--x\r\nContent-Disposition: form-data; name="image"\r\nContent-Type: application/octet-stream\r\n\r\nb\r\n`;
    expect(await post(nameless + end)).to.deep.equal({ value: { parts: ['0 null: b'] } });
    expect(await post(end)).to.deep.equal({ value: { parts: [] } });
  });

  // An image of exactly the limit was once refused.
  it('takes as many and as large images as are allowed', async () => {
    const { maxBatchImages, maxBodyBytes } = limits;
    const many = Array.from({ length: maxBatchImages }, (_, i) => `${i} a.jpg: ${i}`);
    expect(await post(many.map((_, i) => image(`${i}`)).join('') + end)).to.deep.equal({ value: { parts: many } });
    const large = 'l'.repeat(maxBodyBytes);
    expect(await post(image(large) + end)).to.deep.equal({ value: { parts: [`0 a.jpg: ${large}`] } });
  });

  it('gives an error in the place of an image that is too large, and goes on', async () => {
    const large = image('l'.repeat(limits.maxBodyBytes + 1), 'large.jpg');
    expect(await post(image('one') + large + large + image('two') + end)).to.deep.equal({
      value: { parts: ['0 a.jpg: one', '1 large.jpg: BODY_TOO_LARGE', '2 large.jpg: BODY_TOO_LARGE', '3 a.jpg: two'] },
    });
  });

  it('gives what has come and then an error where the form is cut, at each byte of it', async () => {
    const bytes = Buffer.from(form);
    for (let length = 0; length < bytes.length; length++) {
      const outcome = await receiver.post(bytes.subarray(0, length), multipart);
      const { parts: come, failure } = (outcome as { value: Batch }).value;
      expect(come, `cut at ${length}`).to.deep.equal(whole.parts.slice(0, come.length));
      expect(failure, `cut at ${length}`).to.match(/^MALFORMED_BODY: the form is malformed: (Unexpected|Malformed)/);
    }
  });

  // Found by fuzzing: the batch never ended (see upload.test.mts).
  it('ends with an error where a boundary cuts the header of a part in two', async () => {
    const cut = `--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n--x\r\n--\r\n${end}`;
    const failure = malformed('a boundary within the header of a part');
    expect(await post(image('one') + cut)).to.deep.equal({ value: { parts: ['0 a.jpg: one', '1 a: '], failure } });
  });

  // Such images broke the batch, or vanished so that those behind them had the wrong index.
  it('gives an error in the place of an image without a file name, however long', async () => {
    const [short, long] = [part('form-data; name="image"', '1'), part('form-data; name="file"', 'l'.repeat(100_000))];
    const named = 'l'.repeat(100_000);
    expect(await post(image('one') + short + image(named) + long + short + image('', '') + end)).to.deep.equal({
      value: {
        parts: [
          '0 a.jpg: one',
          '1 null: IMAGE_MISSING',
          `2 a.jpg: ${named}`,
          '3 null: IMAGE_MISSING',
          '4 null: IMAGE_MISSING',
          '5 null: ',
        ],
      },
    });
  });

  it('counts images without file names among those that a batch may have', async () => {
    const nameless = part('form-data; name="image"', '1');
    limitsNow = { ...limits, maxBatchImages: 150 };
    const { value } = (await post(nameless.repeat(150) + end)) as { value: Batch };
    expect(value.parts).to.have.length(150);
    const outcome = (await post(nameless.repeat(151) + end)) as { value: Batch };
    expect(outcome.value.failure).to.equal('BODY_TOO_LARGE: a batch may have 150 images at most');
  });

  it('takes lines that end with LF, white space behind boundaries, and names in any spelling', async () => {
    const lines = `${image('one', '1.jpg"; x="')}${image('two', 'my %22best%22 "photo".jpg')}${end}`;
    const padded = lines.replaceAll('\r\n', '\n').replaceAll(/--x/g, '$& ').replace('--x --', '--x--');
    const parts = ['0 1.jpg: one', '1 my "best" "photo".jpg: two'];
    expect(await post(padded)).to.deep.equal({ value: { parts } });
  });

  it('may come in two pieces, parted at each byte of it', async () => {
    const bytes = Buffer.from(form);
    for (let at = 1; at < bytes.length; at++) {
      const own = await openWire(receiver.origin);
      own.socket.setNoDelay(true).write(postHead('/', { ...multipart, 'Content-Length': bytes.length }));
      own.socket.write(bytes.subarray(0, at));
      await sleep(1);
      own.socket.write(bytes.subarray(at));
      expect(await receiver.next(), `parted at ${at}`).to.deep.equal({ value: whole });
      own.socket.destroy();
    }
  });

  it('gives an image as soon as it is there, before more of the body comes', async () => {
    openBatch(`${image('one')}--x`);
    await eventually('the first part', () => parts.length === 1);
    wire.socket.write(`\r\n${image('two').slice(5)}--x`);
    await eventually('the second part', () => parts.length === 2);
    wire.socket.destroy();
    expect(await receiver.next())
      .to.have.nested.property('value.parts')
      .with.length(2);
  });

  it('reads no more of the body while an image is worked on', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    work = () => released;
    const body = image('i'.repeat(190_000)).repeat(20) + end;
    const outcome = receiver.post(body, multipart);
    await eventually('the first part', () => parts.length === 1);
    let last = -1;
    await eventually('reading to pause', async () => {
      const before = last;
      await sleep(50);
      last = current.socket.bytesRead;
      return last === before;
    });
    expect(last).to.be.below(body.length / 4);
    release();
    expect(await outcome)
      .to.have.nested.property('value.parts')
      .with.length(20);
  });

  const broken: [what: string, body: string, failure: string][] = [
    ['a field', part('form-data; name="minFaceSize"', '40'), malformed('options of a batch go in the query')],
    ['a boundary that goes on', image('1\r\n--xy'), malformed('a line begins with the boundary and goes on')],
    ['another field of files', image('1', 'a.jpg', 'photo'), malformed('images go in fields called "image"')],
    [
      'a file without a name of its field',
      part('form-data; filename="a"', '1'),
      malformed('images go in fields called "image"'),
    ],
    ['a broken header', '--x\r\n: no\r\n\r\n\r\n', malformed('Malformed part header')],
    ['too many images', image('1').repeat(20), tooMany],
    // Images behind such parts were once dropped without a word.
    ['too many parts that are nothing', '--x\r\nA: b\r\n\r\n\r\n'.repeat(21), tooMany],
    ['too many parts in all', '--x\r\nA: b\r\n\r\n\r\n'.repeat(10) + image('1').repeat(15), tooMany],
  ];
  for (const [what, body, failure] of broken) {
    it(`ends with an error after ${what}, which may be the end of the body or not`, async () => {
      const outcomes = [
        await post(image('good', 'good.jpg') + body + end),
        await post(image('good', 'good.jpg') + body + image('l'.repeat(190_000)).repeat(3) + end),
      ];
      for (const outcome of outcomes) {
        const { value } = outcome as { value: Batch };
        expect(value.failure).to.equal(failure);
        expect(value.parts[0]).to.equal('0 good.jpg: good');
      }
    });
  }

  it('refuses a larger body by its header, before it comes', async () => {
    wire.socket.write(postHead('/', { ...multipart, 'Content-Length': limits.maxBatchBytes + 1 }));
    expect(await receiver.next()).to.deep.equal({
      value: { parts: [], failure: 'BODY_TOO_LARGE: the request body may have 5000000 bytes at most' },
    });
  });

  it('refuses a larger body that does not say so while it comes', async () => {
    // Between the fifth image's end and the sixth's, and further behind the former than Node.js reads at once.
    limitsNow = { ...limits, maxBatchBytes: 1_130_000 };
    wire.socket.write(postHead('/', { ...multipart, 'Transfer-Encoding': 'chunked' }));
    const chunk = image('i'.repeat(190_000));
    for (let i = 0; i < 10; i++) wire.socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    const { value } = (await receiver.next()) as { value: Batch };
    expect(value.failure).to.equal('BODY_TOO_LARGE: the request body may have 1130000 bytes at most');
    expect(value.parts).to.have.length(5);
  });

  const late = 'BODY_TIMEOUT: the next image of the body did not arrive in time';

  // One byte every few seconds kept a seat for as long as the client liked.
  it('refuses a body that comes byte by byte when an image is not complete in time', async () => {
    limitsNow = { ...limits, bodyTimeoutMs: 300 };
    openBatch(image('one'));
    const drip = setInterval(() => wire.socket.write('x'), 20);
    try {
      expect(await receiver.next()).to.have.nested.property('value.failure', late);
    } finally {
      clearInterval(drip);
    }
  });

  it('takes each image that comes within its time, however long all of them take', async () => {
    limitsNow = { ...limits, bodyTimeoutMs: 2500 };
    wire.socket.write(postHead('/', { ...multipart, 'Content-Length': image('one').length * 7 + end.length }));
    for (let i = 0; i < 7; i++) {
      wire.socket.write(image('one'));
      await sleep(500);
    }
    wire.socket.write(end);
    expect(await receiver.next())
      .to.have.nested.property('value.parts')
      .with.length(7);
  });

  it('refuses a body of which nothing more comes in time; the work between does not count', async () => {
    limitsNow = { ...limits, bodyTimeoutMs: 600 };
    work = () => sleep(700);
    openBatch(`${image('one')}${image('two')}--x\r\nContent-`);
    expect(await receiver.next()).to.deep.equal({
      value: { parts: ['0 a.jpg: one', '1 a.jpg: two'], failure: late },
    });
    expect(await post(image('i'.repeat(190_000)).repeat(3) + end))
      .to.have.nested.property('value.parts')
      .with.length(3);
  });

  it('ends where the client leaves', async () => {
    openBatch(`${image('one')}--x\r\nContent-`);
    await eventually('the first part', () => parts.length === 1);
    wire.socket.destroy();
    expect(await receiver.next()).to.deep.equal({
      value: { parts: ['0 a.jpg: one'], failure: 'ABORTED: the client closed the connection' },
    });
  });

  it('ends where the client leaves while an image is worked on', async () => {
    work = async () => {
      wire.socket.destroy();
      await new Promise((resolve) => current.once('close', resolve));
    };
    openBatch(`${image('one')}--x\r\nContent-`);
    expect(await receiver.next())
      .to.have.nested.property('value.failure')
      .match(/^ABORTED/);
  });

  it('refuses a body that is no form', async () => {
    for (const type of ['image/jpeg', 'multipart/form-data']) {
      expect(await receiver.post(form, { 'Content-Type': type }), type).to.deep.equal({
        value: { parts: [], failure: 'MALFORMED_BODY: the body must be multipart/form-data with a boundary' },
      });
    }
  });

  it('asks a client that waits for it to send its body', async () => {
    wire.socket.write(postHead('/', { ...multipart, Expect: '100-continue', 'Content-Length': form.length + 1 }));
    await wire.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    wire.socket.write(form);
    expect(await receiver.next()).to.deep.equal({ value: whole });
  });

  it('holds the bytes of an image from when they come until the next is asked for, and in the end none', async () => {
    const seen: number[] = [];
    work = async () => void seen.push(held.now);
    await post(`${image('one')}${image('seven77')}${end}`);
    expect(seen).to.deep.equal([10, 7]); // both had come when the first was worked on
    expect(held.now).to.equal(0);
  });

  it('says of an image for which there is no room that there is none, and goes on', async () => {
    held = heldBytes(5);
    expect(await post(`${image('one')}${image('seven77')}${image('1')}${end}`)).to.deep.equal({
      value: { parts: ['0 a.jpg: one', '1 a.jpg: OVERLOADED', '2 a.jpg: 1'] },
    });
    expect(held.now).to.equal(0);
  });

  it('ends with the reason of a signal that aborts while it waits for the body', async () => {
    openBatch(`${image('one')}--x\r\n`);
    await eventually('the first image has come', () => parts.length === 1);
    over.abort(new RequestError('DEADLINE', 'not done in time'));
    expect(await receiver.next()).to.deep.equal({
      value: { parts: ['0 a.jpg: one'], failure: 'DEADLINE: not done in time' },
    });
  });

  it('leaves the rest of the body for discardBody', async () => {
    const giveUps: [how: string, body: string][] = [
      ['after a part', image('one')],
      ['after an error', part('form-data; name="a"', '1')],
    ];
    for (const [how, start] of giveUps) {
      const own = await startReceiver(async (request, response) => {
        try {
          for await (const _one of readBatch(request, response, limits, heldBytes(), new AbortController().signal))
            break;
        } catch {}
        await discardBody(request, { maxBytes: limits.maxBatchBytes, timeoutMs: 10_000 });
        return request.complete;
      });
      const body = start + image('l'.repeat(190_000)).repeat(10) + end;
      expect(await own.post(body, multipart), how).to.deep.equal({ value: true });
      await own.close();
    }
  });
});
