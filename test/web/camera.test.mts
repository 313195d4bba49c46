import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { Browser, Page, Request } from 'playwright-core';
import { needWeights } from '../fixtures/available.mjs';
import { needChromium, openBrowser, type Visit, visit } from '../fixtures/browser.mjs';
import { drawFaces } from '../fixtures/drawn-faces.mjs';
import { facesFile, misplacement, untilStatus } from '../fixtures/face-page.mjs';
import { eventually } from '../fixtures/http.mjs';
import { type Service, startService } from '../fixtures/service.mjs';
import { y4m } from '../fixtures/y4m.mjs';

// Somebody who walks past.
const frames = Array.from({ length: 12 }, (_, i) => drawFaces(480, 360, [{ x: 160 + 14 * i, y: 180, height: 150 }]));

describe('the demo page takes a webcam', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  let service: Service;
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
    expect(seen.offences).to.deep.equal([]);
  });

  async function go(permissions: string[]) {
    seen = await visit(browser, service.origin, { permissions });
    page = seen.page;
  }

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

  it('frame after frame, one at a time, until it is stopped', async () => {
    await go(['camera']);
    const counts = count();
    await page.getByRole('button', { name: 'Webcam' }).click();
    await untilStatus(page, /1 face found on webcam.jpg/);
    await eventually('ten frames', () => counts.begun > 10, 60);
    await page.getByRole('button', { name: 'Stop webcam' }).click();
    await page.getByRole('button', { name: 'Webcam', exact: true }).waitFor();
    await eventually('the last answer', () => counts.open === 0);
    expect(counts.most).to.equal(1);

    // The last frame stays: a change of the options searches it once more, and nothing else is sent.
    const { begun } = counts;
    await untilStatus(page, /1 face found on webcam.jpg/);
    expect(await misplacement(page)).to.be.below(0.5);
    await page.locator('[name=minFaceSize]').focus();
    await page.keyboard.press('End');
    await untilStatus(page, /No face found on webcam.jpg/);
    expect(counts.begun).to.equal(begun + 1);
    expect(await page.getByRole('status').getAttribute('aria-live')).to.equal('polite');
  });

  it('with the options of the moment, and waits as long as a busy service asks', async () => {
    await go(['camera']);
    await page.getByRole('button', { name: 'Webcam' }).click();
    await untilStatus(page, /1 face found/);
    // Not every frame shall be read out.
    expect(await page.getByRole('status').getAttribute('aria-live')).to.equal('off');
    const busy = { status: 503, headers: { 'Retry-After': '1' }, contentType: 'application/problem+json' };
    await page.route('**/v1/faces?*', (route) => route.fulfill({ ...busy, body: '{"title":"Busy"}' }), { times: 1 });
    await page.locator('[name=minFaceSize]').focus();
    await page.keyboard.press('End');
    await page.getByRole('alert').filter({ hasText: 'Busy. Try again in 1 s.' }).waitFor();
    await untilStatus(page, /No face found on webcam.jpg/);
    expect(await page.getByRole('alert').isVisible()).to.equal(false);
    expect(await page.locator('#curl').textContent()).to.include('minFaceSize=300');
  });

  it('which ends where a picture is chosen', async () => {
    await go(['camera']);
    await page.getByRole('button', { name: 'Webcam' }).click();
    await untilStatus(page, /1 face found/);
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found on faces.png/);
    const counts = count();
    expect(await page.getByRole('button', { name: 'Webcam', exact: true }).isVisible()).to.equal(true);
    await page.locator('[name=minFaceSize]').focus();
    await page.keyboard.press('End');
    await untilStatus(page, /1 face found on faces.png/);
    expect(counts.begun).to.equal(1);
  });

  it('and says why there is none where it is not allowed', async () => {
    await go([]);
    await page.getByRole('button', { name: 'Webcam' }).click();
    await page.getByRole('alert').filter({ hasText: 'The browser was not allowed to use it.' }).waitFor();
    expect(await page.getByRole('button', { name: 'Webcam', exact: true }).isEnabled()).to.equal(true);
  });
});
