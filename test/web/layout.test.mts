import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { needChromium, openBrowser, type Visit, visit } from '../fixtures/browser.mjs';
import { facesFile, untilStatus } from '../fixtures/face-page.mjs';
import { packageFolder } from '../fixtures/package-folder.mjs';
import { audit } from '../fixtures/page-audit.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

// For people to look at.
const pictures = path.join(root, 'build', 'pages');

const screens: Record<string, BrowserContextOptions> = {
  light: {},
  dark: { colorScheme: 'dark' },
  dense: { deviceScaleFactor: 2, viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 800, height: 1000 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  'dark-phone': { viewport: { width: 360, height: 740 }, colorScheme: 'dark', isMobile: true, hasTouch: true },
  narrow: { viewport: { width: 320, height: 640 } },
};

describe('the demo page looks right', () => {
  let service: Service;
  let browser: Browser;
  let seen: Visit;
  let page: Page;
  before(async function () {
    needWeights(this);
    needChromium(this);
    mkdirSync(pictures, { recursive: true });
    service = await startService({ WORKERS: '1' });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });
  afterEach(async () => {
    await seen.context.close();
    expect(seen.offences).to.deep.equal([]);
  });

  async function go(options: BrowserContextOptions) {
    seen = await visit(browser, service.origin, options);
    page = seen.page;
    await page.locator('[name=onetThreshold]').waitFor();
  }

  for (const [name, screen] of Object.entries(screens)) {
    it(`on a screen that is ${name}: nothing cut, nothing covered, nothing pale`, async () => {
      await go(screen);
      const shot = async (state: string) => {
        await page.screenshot({ path: path.join(pictures, `${name}-${state}.png`), fullPage: true });
        expect(await audit(page), state).to.deep.equal([]);
      };
      await shot('empty');
      await page.getByRole('button', { name: 'Three', exact: true }).click();
      await untilStatus(page, /3 faces found/);
      await page.locator('[name=minFaceSize]').press('ArrowRight');
      await page.getByRole('table').getByText(/^was /).first().waitFor();
      await shot('boxes');
      await page
        .locator('#file')
        .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no image') });
      await page.getByRole('alert').filter({ hasText: 'not an image' }).waitFor();
      await shot('error');
    });
  }

  it('with the other model, which has no thresholds and finds no points', async function () {
    if (!process.env.FACES_HAAR) skip(this, 'no Haar cascade');
    const haar = await startService({
      WORKERS: '1',
      FACE_DETECTION_MODEL: 'haar',
      MAX_SIDE: '1000',
      MIN_FACE_SIZE: '33',
    });
    try {
      seen = await visit(browser, haar.origin);
      page = seen.page;
      await page.locator('#file').setInputFiles(facesFile);
      await untilStatus(page, /faces found on faces.png.*by haar/);
      const sliders = page.locator('#search-options').getByRole('slider');
      await sliders.first().waitFor();
      const texts = await sliders.evaluateAll((all) => all.map((one) => one.getAttribute('aria-valuetext')));
      expect(texts).to.deep.equal(['33 px', '1000 px']);
      expect(await page.locator('#frame .point').count()).to.equal(0);
      expect(await page.getByRole('note').count()).to.equal(0);
      expect(await audit(page)).to.deep.equal([]);
      // The service refused them until "upright" was set to no by hand.
      await page.getByRole('radio', { name: 'Crops' }).check({ force: true });
      await untilStatus(page, /faces? cut out of faces.png/);
      expect(await page.locator('[name=align]').isDisabled()).to.equal(true);
      expect(await page.locator('[name=align]').inputValue()).to.equal('false');
      expect(await page.locator('#no-points').textContent()).to.equal('haar finds no points to turn faces upright by.');
      expect(await page.locator('#curl').textContent()).to.match(/\/v1\/crops\?align=false"$/);
      await page.screenshot({ path: path.join(pictures, 'haar-crops.png'), fullPage: true });
      expect(await audit(page)).to.deep.equal([]);
    } finally {
      await haar.stop();
    }
  });

  for (const name of ['light', 'dark', 'dark-phone'])
    it(`with a model that stands in for another one, which it says (${name})`, async function () {
      if (!process.env.FACES_HAAR) skip(this, 'no Haar cascade');
      const folder = packageFolder();
      const standIn = await startService({ WORKERS: '1' }, { folder });
      try {
        seen = await visit(browser, standIn.origin, screens[name]);
        page = seen.page;
        await page.locator('#file').setInputFiles(facesFile);
        await untilStatus(page, /faces found on faces.png.*by haar/);
        const note = await page.getByRole('note').textContent();
        expect(note).to.match(/^haar stands in for mtcnn, .*: it misses many faces.* models fetch mtcnn, then start/);
        await page.screenshot({ path: path.join(pictures, `stand-in-${name}.png`), fullPage: true });
        expect(await audit(page)).to.deep.equal([]);
      } finally {
        await standIn.stop();
        rmSync(folder, { recursive: true });
      }
    });

  it('with several models, each with the thresholds that it has', async function () {
    if (!process.env.FACES_HAAR) skip(this, 'no Haar cascade');
    const both = await startService({ WORKERS: '1', MODELS: 'mtcnn,haar' });
    try {
      seen = await visit(browser, both.origin);
      page = seen.page;
      await page.locator('#file').setInputFiles(facesFile);
      await untilStatus(page, /faces found on faces.png.*by mtcnn/);
      const slider = page.locator('[name=onetThreshold]');
      await slider.press('ArrowRight');
      await page.locator('[name=model]').selectOption('haar');
      await untilStatus(page, /faces found on faces.png.*by haar/);
      expect(await slider.isVisible()).to.equal(false);
      await page.locator('[name=model]').selectOption('mtcnn');
      await untilStatus(page, /faces found on faces.png.*by mtcnn/);
      expect(await slider.isVisible()).to.equal(true);
      expect(await audit(page)).to.deep.equal([]);
      await page.screenshot({ path: path.join(pictures, 'models.png'), fullPage: true });
      await page.getByRole('radio', { name: 'Crops' }).check({ force: true });
      await untilStatus(page, /4 faces cut out of faces.png.*by mtcnn/);
      await page.locator('[name=model]').selectOption('haar');
      await untilStatus(page, /cut out of faces.png.*by haar/);
      expect(await page.locator('#no-points').isVisible()).to.equal(true);
      await page.locator('[name=model]').selectOption('mtcnn');
      await untilStatus(page, /4 faces cut out of faces.png.*by mtcnn/);
      expect(await page.locator('[name=align]').inputValue()).to.equal('true');
      expect(await page.locator('#curl').textContent()).to.not.include('align');
    } finally {
      await both.stop();
    }
  });

  it('as far as the audit can see: it would say what is wrong', async () => {
    await go({});
    await page.evaluate(() => {
      const style = (selector: string) => (document.querySelector(selector) as HTMLElement).style;
      style('#status').color = '#999';
      style('.privacy').marginTop = '-4.5rem';
      style('#camera').width = '2rem';
      style('#stage').width = '200vw';
      style('.switch input:checked + span').background = 'var(--well)';
    });
    const found = (await audit(page)).join('\n');
    expect(found).to.match(/"No picture yet." has a contrast of [12]\.\d/);
    expect(found).to.match(/"No photograph at hand.*" and "Your picture.*" cover each other/);
    expect(found).to.match(/"Webcam" is cut/);
    expect(found).to.match(/the page scrolls sideways/);
    expect(found).to.match(/"Boxes" is chosen with a contrast of 1\.0/);
  });

  it('in light and in dark as the system is set', async () => {
    const grounds: number[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      if (colorScheme === 'light') await go({ colorScheme });
      else await page.emulateMedia({ colorScheme });
      const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      grounds.push(Number(/\d+/.exec(ground)?.[0]));
    }
    expect(grounds[0]).to.be.above(220);
    expect(grounds[1]).to.be.below(40);
  });

  it('with its lines as thin on a dense screen, for a picture of any size', async () => {
    await go({ deviceScaleFactor: 2 });
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found/);
    const before = await page.locator('#frame .box').first().boundingBox();
    await page.setViewportSize({ width: 700, height: 900 });
    // Read in the same moment: boxes that are drawn anew meanwhile have no width any more.
    const redrawn = await page.waitForFunction((old) => {
      const boxes = [...document.querySelectorAll('#frame .box')];
      const width = boxes[0]?.getBoundingClientRect().width;
      return width !== undefined && width !== old && boxes.map((box) => getComputedStyle(box).strokeWidth);
    }, before?.width);
    const widths = (await redrawn.jsonValue()) || [];
    expect(new Set(widths)).to.deep.equal(new Set(['2px']));
    // Drawn in pixels of the screen, not scaled with the picture.
    expect(await page.locator('#frame svg').getAttribute('viewBox')).to.equal(null);
  });

  it('and is used by keyboard alone, with the focus in sight', async () => {
    await go({});
    const reached: string[] = [];
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement as HTMLInputElement;
        const shown = [element, element.nextElementSibling, element.parentElement].filter((one) => one !== null);
        const isSeen = shown.some((one) => getComputedStyle(one).outlineStyle === 'solid');
        const text = (element.textContent ?? '').trim().slice(0, 30);
        return { name: element === document.body ? 'the end' : element.name || element.id || text, isSeen };
      });
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press('Tab');
      const { name, isSeen } = await focused();
      if (name === 'the end') break;
      expect(isSeen, `the focus on ${name}`).to.equal(true);
      reached.push(name);
      if (name === 'Three') {
        await page.keyboard.press('Enter');
        await untilStatus(page, /3 faces found on three.png/);
      }
      if (name === 'onetThreshold') {
        await page.keyboard.press('End');
        await page.locator('#curl').filter({ hasText: 'onetThreshold=0.99' }).waitFor();
      }
    }
    expect(reached).to.include.members([
      'API',
      'view',
      'camera',
      'file',
      'One',
      'Three',
      'Many',
      'reset',
      'minFaceSize',
    ]);
    expect(reached).to.include.members([
      'maxSide',
      'pnetThreshold',
      'rnetThreshold',
      'onetThreshold',
      'copy-curl',
      'copy-json',
    ]);
  });

  it('and says to those who do not see it what everything is', async () => {
    await go({});
    const names = await page.getByRole('main').ariaSnapshot();
    for (const line of [
      'group "Show"',
      'radio "Boxes" [checked]',
      'button "Webcam"',
      'slider "Minimum face size"',
      'slider "O-Net threshold"',
      'heading "Request" [level=2]',
      'button "Three"',
    ])
      expect(names).to.include(line);
    expect(names).to.match(/button "Choose picture/);
    expect(await page.locator('[name=maxSide]').getAttribute('aria-valuetext')).to.equal('as it is');
  });
});
