import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { needWeights } from '../fixtures/available.mjs';
import { needChromium, openBrowser, type Visit, visit } from '../fixtures/browser.mjs';
import { facesFile, shownAnswer, untilStatus } from '../fixtures/face-page.mjs';
import { eventually } from '../fixtures/http.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

const key = 'a-key-of-sixteen-letters';

describe('the demo page says what went wrong', () => {
  let browser: Browser;
  let open: Service;
  let locked: Service;
  let seen: Visit;
  let page: Page;
  before(async function () {
    needWeights(this);
    needChromium(this);
    open = await startService({ WORKERS: '1', MAX_BODY_BYTES: '2000000', MAX_PIXELS: '1000000' });
    locked = await startService({ WORKERS: '1', API_KEYS: key });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await open?.stop();
    await locked?.stop();
  });
  afterEach(async () => {
    await seen.context.close();
    expect(seen.offences).to.deep.equal([]);
  });

  async function go(service: Service) {
    seen = await visit(browser, service.origin);
    page = seen.page;
  }

  const choose = (name: string, buffer: Buffer) =>
    page.locator('#file').setInputFiles({ name, mimeType: 'image/png', buffer });

  async function untilAlert(pattern: RegExp) {
    await page.getByRole('alert').filter({ hasText: pattern }).waitFor();
  }

  it('with a file that is no image, one that is damaged, and one that is too large', async () => {
    await go(open);
    await choose('text.png', Buffer.from('this is no image'));
    await untilAlert(/The data is not an image of a known format\./);
    expect(await page.locator('#json').textContent()).to.match(/"code": "UNSUPPORTED_FORMAT"/);
    expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).to.equal(false);
    await untilStatus(page, /text.png was not searched/);

    await choose('empty.png', Buffer.alloc(0));
    await untilAlert(/The image has no bytes\./);
    await choose('large.png', Buffer.alloc(2_500_000));
    await untilAlert(/The body is too large\./);

    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found/);
    expect(await page.getByRole('alert').isVisible()).to.equal(false);
  });

  it('when the service is busy, and when it may be asked again', async () => {
    await go(open);
    const problem = { title: 'Too many requests are waiting', detail: 'too many requests are waiting: try again' };
    const busy = { status: 503, headers: { 'Retry-After': '7' }, contentType: 'application/problem+json' };
    await page.route('**/v1/faces', (route) => route.fulfill({ ...busy, body: JSON.stringify(problem) }), { times: 1 });
    await page.locator('#file').setInputFiles(facesFile);
    await untilAlert(/Too many requests are waiting\..*Try again in 7 s\./);
    await page.getByRole('button', { name: 'Try again' }).click();
    await untilStatus(page, /4 faces found/);
  });

  // They were taken for those of the new options.
  it('and shows no boxes of an answer before', async () => {
    await go(open);
    const refuse = (route: string) => page.route(`**/v1/${route}*`, (one) => one.abort('connectionrefused'));
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found/);
    expect(await page.locator('#frame .box').count()).to.equal(4);
    await refuse('faces');
    await page.locator('[name=minFaceSize]').press('ArrowRight');
    await untilAlert(/The service cannot be reached\./);
    expect(await page.locator('#frame').isVisible()).to.equal(true);
    expect(await page.locator('#frame .box, #frame .score').count()).to.equal(0);
    await page.unroute('**/v1/faces*');
    await page.getByRole('radio', { name: 'Crops' }).check({ force: true });
    await untilStatus(page, /4 faces cut out/);
    await refuse('crops');
    await page.locator('[name=minFaceSize]').press('ArrowRight');
    await untilAlert(/The service cannot be reached\./);
    expect(await page.locator('#crops img:visible').count()).to.equal(0);
  });

  it('when the service is gone, or the browser is offline', async () => {
    await go(open);
    await page.route('**/v1/faces', (route) => route.abort('connectionrefused'), { times: 1 });
    await page.locator('#file').setInputFiles(facesFile);
    await untilAlert(/The service cannot be reached\. Is it running\?/);
    await seen.context.setOffline(true);
    await page.getByRole('button', { name: 'Try again' }).click();
    await untilAlert(/You are offline\./);
    await seen.context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await untilStatus(page, /4 faces found/);
  });

  // The sliders came with the page or never.
  it('and has its sliders as soon as the service answers', async () => {
    seen = await visit(browser, open.origin, {}, (context) =>
      context.route('**/openapi.json', (route) => route.abort('connectionrefused'), { times: 1 }),
    );
    page = seen.page;
    await untilAlert(/The service cannot be reached\./);
    expect(await page.locator('[name=minFaceSize]').count()).to.equal(0);
    await page.locator('#file').setInputFiles(facesFile);
    await page.locator('[name=minFaceSize]').waitFor();
    expect(await page.getByRole('alert').isVisible()).to.equal(false);
  });

  it('and gives up a request when the next begins', async () => {
    await go(open);
    let held: (() => void) | undefined;
    await page.route('**/v1/faces', (route) => new Promise((resolve) => (held = () => resolve(route.continue()))), {
      times: 1,
    });
    const failed = page.waitForEvent('requestfailed');
    await page.getByRole('button', { name: 'Many', exact: true }).click();
    await eventually('the first request', () => held !== undefined);
    await page.getByRole('button', { name: 'Three', exact: true }).click();
    expect((await failed).failure()?.errorText).to.equal('net::ERR_ABORTED');
    await untilStatus(page, /3 faces found on three.png/);
    held?.();
    // An answer that came now would be shown after another round trip.
    await page.getByRole('button', { name: 'One', exact: true }).click();
    await untilStatus(page, /1 face found on one.png/);
    expect((await shownAnswer(page)).faces).to.have.lengthOf(1);
  });

  it('and asks for a key where one is needed, and keeps it nowhere', async () => {
    await go(locked);
    const field = page.getByLabel('This service wants an API key');
    await field.waitFor();
    expect(await field.getAttribute('type')).to.equal('password');
    await page.locator('#file').setInputFiles(facesFile);
    await untilAlert(/A valid API key is needed\./);
    await field.fill('another-key-of-letters');
    await page.getByRole('button', { name: 'Use key' }).click();
    await untilAlert(/A valid API key is needed\./);
    await field.fill(key);
    await field.press('Enter');
    await untilStatus(page, /4 faces found/);
    expect(await field.isVisible()).to.equal(false);
    await page.locator('[name=minFaceSize]').waitFor(); // the options have come as well
    expect(await page.locator('#curl').textContent()).to.include('-H "X-API-Key: $API_KEY"');
    expect(await page.content()).to.not.include(key);
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length)).to.equal(0);
    await page.reload();
    await field.waitFor();
    expect(await field.inputValue()).to.equal('');
  });
});
