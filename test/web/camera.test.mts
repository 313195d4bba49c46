import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { Browser, Page, Request } from 'playwright-core';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { needChromium, openBrowser, type Visit, visit } from '../fixtures/browser.mjs';
import { drawFaces } from '../fixtures/drawn-faces.mjs';
import { facesFile, misplacement, untilStatus } from '../fixtures/face-page.mjs';
import { openStream, type StreamMessage } from '../fixtures/frame-client.mjs';
import { eventually } from '../fixtures/http.mjs';
import { startPlainProxy } from '../fixtures/plain-proxy.mjs';
import { samplesIn } from '../fixtures/samples.mjs';
import { type Service, startService } from '../fixtures/service.mjs';
import { y4m } from '../fixtures/y4m.mjs';

// Somebody who walks to and fro.
const frames = Array.from({ length: 12 }, (_, i) =>
  drawFaces(480, 360, [{ x: 200 + 14 * Math.min(i, 12 - i), y: 180, height: 150 }]),
);
const key = 'a-key-of-sixteen-letters/+;';

describe('the demo page takes a webcam', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  let service: Service;
  let other: Service | undefined;
  let browser: Browser;
  let seen: Visit;
  let page: Page;
  before(async function () {
    needWeights(this);
    needChromium(this);
    service = await startService({ WORKERS: '1' });
    const video = path.join(folder, 'walk.y4m');
    writeFileSync(video, y4m(frames));
    browser = await openBrowser('--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${video}`);
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    await seen.context.close();
    await other?.stop();
    other = undefined;
    expect(seen.offences).to.deep.equal([]);
  });

  async function go(permissions: string[], origin = service.origin) {
    seen = await visit(browser, origin, { permissions });
    page = seen.page;
  }

  const webcam = () => page.getByRole('button', { name: 'Webcam', exact: true });

  /** Lets the page count the frames that have no answer yet; gives a function that tells the most. */
  async function countUnanswered(): Promise<() => Promise<number>> {
    await page.evaluate(() => {
      const counts = { now: 0, most: 0 };
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data) {
        counts.most = Math.max(counts.most, ++counts.now);
        this.addEventListener('message', () => counts.now--, { once: true });
        send.call(this, data);
      };
      Object.assign(window, { counts });
    });
    return () => page.evaluate(() => (window as unknown as { counts: { most: number } }).counts.most);
  }

  /** The WebSockets of the page, with the answers that came through each. */
  function watchStreams() {
    const streams: { url: string; answers: StreamMessage[]; isClosed: boolean }[] = [];
    page.on('websocket', (socket) => {
      const stream = { url: socket.url(), answers: [] as StreamMessage[], isClosed: false };
      streams.push(stream);
      socket.on('framereceived', ({ payload }) => stream.answers.push(JSON.parse(String(payload))));
      socket.on('close', () => {
        stream.isClosed = true;
      });
    });
    return streams;
  }

  /** What is on the screen at one moment: the answer, boxes and labels. */
  const screen = () =>
    page.evaluate(() => {
      const numbers = (rect: Element) => ['x', 'y', 'width', 'height'].map((name) => Number(rect.getAttribute(name)));
      return {
        answer: JSON.parse(document.querySelector('#json')?.textContent ?? '') as Required<StreamMessage>,
        boxes: [...document.querySelectorAll('#frame .box')].map(numbers),
        labels: [...document.querySelectorAll('#frame .score')].map(({ textContent }) => textContent),
        width: document.querySelector('#frame')?.clientWidth ?? 0,
      };
    });

  /** Counts requests for faces, and how many there were at once. */
  function count() {
    const counts = { begun: 0, open: 0, most: 0 };
    const isSearch = (request: Request) => request.url().includes('/v1/faces');
    page.on('request', (request) => {
      if (!isSearch(request)) return;
      counts.begun++;
      counts.most = Math.max(counts.most, ++counts.open);
    });
    const onEnd = (request: Request) => {
      if (isSearch(request)) counts.open--;
    };
    page.on('requestfinished', onEnd).on('requestfailed', onEnd);
    return counts;
  }

  it('whose frames go through a WebSocket, one at a time, and follows faces until it is stopped', async () => {
    await go(['camera']);
    const streams = watchStreams();
    const counts = count();
    const mostUnanswered = await countUnanswered();
    await webcam().click();
    await untilStatus(page, /1 face found on webcam.jpg, 480 × 360 pixels, by mtcnn/);
    await eventually('twenty answers', () => (streams[0]?.answers.length ?? 0) > 20, 60);
    expect(await page.locator('#curl').textContent()).to.match(/^new WebSocket\("ws:.*\/v1\/stream", "faces.v1"\)$/);
    const { answer, boxes, labels, width } = await screen();
    expect(labels).to.deep.equal(['#1']);
    const scale = width / answer.width;
    const expected = answer.faces.map(({ box: { x, y, ...size } }) => [x, y, size.width, size.height]);
    for (const [i, box] of expected.entries())
      for (const [j, value] of box.entries()) expect(boxes[i]?.[j]).to.be.closeTo(value * scale, 0.01);

    await page.getByRole('button', { name: 'Stop webcam' }).click();
    await webcam().waitFor();
    await eventually('the stream is closed', () => streams[0]?.isClosed === true);
    const [stream, ...more] = streams;
    expect([await mostUnanswered(), more]).to.deep.equal([1, []]);
    const ids = stream?.answers.flatMap(({ faces = [] }) => faces.map(({ id }) => id));
    expect(new Set(ids)).to.deep.equal(new Set([1]));

    // The last frame stays, and is searched once more by the request that is shown now.
    await eventually('the last answer', () => counts.begun === 1 && counts.open === 0);
    await untilStatus(page, /1 face found on webcam.jpg/);
    expect(await page.locator('#curl').textContent()).to.match(/^curl .*\/v1\/faces"$/);
    expect(await misplacement(page)).to.be.below(0.5);
    await page.locator('[name=minFaceSize]').focus();
    await page.keyboard.press('End');
    await untilStatus(page, /No face found on webcam.jpg/);
    expect(counts.begun).to.equal(2);
    expect(await page.getByRole('status').getAttribute('aria-live')).to.equal('polite');
  });

  it('with the options of the moment', async () => {
    await go(['camera']);
    const streams = watchStreams();
    await webcam().click();
    await untilStatus(page, /1 face found/);
    // Not every frame shall be read out.
    expect(await page.getByRole('status').getAttribute('aria-live')).to.equal('off');
    await page.locator('[name=minFaceSize]').focus();
    await page.keyboard.press('End');
    await untilStatus(page, /No face found on webcam.jpg/);
    expect(streams.map(({ url }) => new URL(url).search)).to.deep.equal(['', '?minFaceSize=300']);
    expect(streams[0]?.isClosed).to.equal(true);
    expect(await page.locator('#curl').textContent()).to.include('minFaceSize=300');

    // What a stream does not take, and other views, go frame by frame.
    const counts = count();
    await page.locator('[name=faceQuality]').selectOption('true');
    await eventually('frames by themselves', () => counts.begun > 1);
    expect(streams).to.have.length(2);
  });

  it('and closes the stream while the page is hidden', async () => {
    await go(['camera']);
    const streams = watchStreams();
    await webcam().click();
    await untilStatus(page, /1 face found/);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await eventually('the stream is closed', () => streams[0]?.isClosed === true);
    // Only the event is made up: the browser goes on drawing, and with it the frames.
    await eventually('another is open', () => (streams[1]?.answers.length ?? 0) > 1);
    expect(await page.getByRole('alert').isVisible()).to.equal(false);
  });

  it('with the key of the page', async () => {
    other = await startService({ WORKERS: '1', API_KEYS: key });
    await go(['camera'], other.origin);
    await page.getByLabel('This service wants an API key').fill(key);
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.locator('[name=minFaceSize]').waitFor();
    const streams = watchStreams();
    await webcam().click();
    await eventually('frames are answered', () => (streams[0]?.answers.length ?? 0) > 1);
    expect(streams[0]?.url).to.not.include('key');
    expect(await page.locator('#curl').textContent()).to.not.include(key);
  });

  it('and waits as long as a busy service asks', async () => {
    other = await startService({ WORKERS: '1', STREAM_LIMIT: '1' });
    const occupant = await openStream(other.origin);
    await go(['camera'], other.origin);
    await page.locator('[name=minFaceSize]').waitFor();
    await webcam().click();
    await page.getByRole('alert').filter({ hasText: 'Too many requests are waiting.' }).waitFor();
    expect(await page.getByRole('alert').textContent()).to.match(/Too many streams .* Try again in 1 s\./);
    occupant.socket.close();
    await untilStatus(page, /1 face found on webcam.jpg/);
    expect(await page.getByRole('alert').isVisible()).to.equal(false);
  });

  it('frame by frame where the service has no WebSockets, or something in between lets none through', async () => {
    other = await startService({ WORKERS: '1', STREAM_LIMIT: '0' });
    const proxy = await startPlainProxy(service.origin);
    for (const origin of [other.origin, proxy.origin]) {
      await seen?.context.close();
      await go(['camera'], origin);
      await page.locator('[name=minFaceSize]').waitFor();
      const counts = count();
      await webcam().click();
      await eventually('ten frames', () => counts.begun > 10, 60);
      expect(await page.getByRole('alert').isVisible()).to.equal(false);
      expect(await page.locator('#curl').textContent()).to.match(/^curl /);
      await page.getByRole('button', { name: 'Stop webcam' }).click();
      await webcam().waitFor();
      await eventually('the last answer', () => counts.open === 0);
      expect(counts.most).to.equal(1);
      await untilStatus(page, /1 face found on webcam.jpg/);
      expect(await misplacement(page)).to.be.below(0.5);
    }
    await proxy.stop();
  });

  it('as the sample of docs/service.md does', async function () {
    const file = path.join(root, 'docs', 'service.md');
    if (!existsSync(file)) skip(this, 'docs/ is not here');
    const { text = '' } = samplesIn(file).find(({ lang }) => lang === 'js') ?? {};
    const script = text.replaceAll('ws://127.0.0.1:8000', service.origin.replace('http', 'ws'));
    await go(['camera']);
    const answers: string[] = [];
    page.on('console', (message) => answers.push(message.text()));
    await page.evaluate(`document.body.append(document.createElement('video')); (async () => { ${script} })()`);
    await eventually('frames are answered', () => answers.length > 5);
    for (const answer of answers) expect(answer).to.match(/^\[Object\]$|id: 1/);
  });

  it('which ends where a picture is chosen', async () => {
    await go(['camera']);
    await webcam().click();
    await untilStatus(page, /1 face found/);
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found on faces.png/);
    const counts = count();
    expect(await webcam().isVisible()).to.equal(true);
    await page.locator('[name=minFaceSize]').focus();
    await page.keyboard.press('End');
    await untilStatus(page, /1 face found on faces.png/);
    expect(counts.begun).to.equal(1);
  });

  it('and says why there is none where it is not allowed', async () => {
    await go([]);
    await webcam().click();
    await page.getByRole('alert').filter({ hasText: 'The browser was not allowed to use it.' }).waitFor();
    expect(await webcam().isEnabled()).to.equal(true);
  });
});
