import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { needWeights, root } from '../fixtures/available.mjs';
import { needChromium, openBrowser, type Visit, visit } from '../fixtures/browser.mjs';
import { drawFaces, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { facesFile, shownAnswer, untilStatus } from '../fixtures/face-page.mjs';
import { audit } from '../fixtures/page-audit.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

const pictures = path.join(root, 'build', 'pages');

describe('the demo page shows', () => {
  let service: Service;
  let browser: Browser;
  let seen: Visit;
  let page: Page;
  before(async function () {
    needWeights(this);
    needChromium(this);
    service = await startService({ WORKERS: '1' });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });
  beforeEach(async () => {
    seen = await visit(browser, service.origin);
    page = seen.page;
    await page.locator('[name=onetThreshold]').waitFor();
  });
  afterEach(async () => {
    await seen.context.close();
    expect(seen.offences).to.deep.equal([]);
  });

  const look = (name: string) => page.getByRole('radio', { name }).check({ force: true });

  /** Faces that the service finds on a picture. */
  async function facesOn(picture: Buffer): Promise<number> {
    const headers = { 'Content-Type': 'application/octet-stream' };
    const body = new Uint8Array(picture);
    const response = await fetch(`${service.origin}/v1/faces`, { method: 'POST', headers, body });
    return ((await response.json()) as { faces: unknown[] }).faces.length;
  }

  /** The file that a click on `selector` saves. */
  async function saved(selector: string): Promise<{ name: string; bytes: Buffer }> {
    const download = page.waitForEvent('download');
    await page.locator(selector).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  }

  it('the picture with its faces hidden, by any means, and saves it so', async () => {
    await look('Redacted');
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces hidden on faces.png/);
    expect(await page.locator('#curl').textContent()).to.match(/-o "faces-redacted.png" ".*\/v1\/redact"$/);
    for (const mode of ['pixelate', 'fill']) {
      const before = await page.locator('#frame img').getAttribute('src');
      await page.locator('[name=mode]').selectOption(mode);
      await page.waitForFunction((src) => document.querySelector('#frame img')?.getAttribute('src') !== src, before);
      expect(await page.locator('#curl').textContent()).to.include(`mode=${mode}`);
      const { name, bytes } = await saved('#save');
      expect(name).to.equal('faces-redacted.png');
      expect(await facesOn(bytes)).to.equal(0);
    }
    await page.screenshot({ path: path.join(pictures, 'light-redacted.png'), fullPage: true });
    expect(await audit(page)).to.deep.equal([]);
    expect((await shownAnswer(page)).faces).to.have.lengthOf(4);
    for (const stage of ['P-Net', 'Render', 'Encode', 'Total'])
      expect(await page.getByRole('rowheader', { name: stage }).count(), stage).to.equal(1);
  });

  it('the faces cut out, upright or as they are, each to save', async () => {
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found/);
    await look('Crops');
    await untilStatus(page, /4 faces cut out of faces.png/);
    const crops = page.locator('#crops img');
    expect(await crops.count()).to.equal(4);
    const widths = () => crops.evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth));
    expect(await widths()).to.deep.equal([112, 112, 112, 112]);
    expect(await page.locator('[name=margin]:visible').count()).to.equal(0);
    await page.locator('[name=align]').selectOption('no');
    await page.locator('#crops-options [name=margin]').press('End');
    await page.locator('#curl').filter({ hasText: 'align=false&margin=1' }).waitFor();
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('#crops img')?.naturalWidth !== 112);
    await page.screenshot({ path: path.join(pictures, 'light-crops.png'), fullPage: true });
    expect(await audit(page)).to.deep.equal([]);
    const { name, bytes } = await saved('#crops a >> nth=0');
    expect(name).to.equal('faces-face-1.png');
    expect((await sharp(bytes).metadata()).format).to.equal('png');
    // In the page only the beginning of each picture, for the clipboard all of it.
    expect(await page.locator('#json').textContent()).to.match(/"data": "iVBORw0K.{16}\.\.\. \(\d+\)"/);
  });

  it('the best part of the picture, and says what it shows', async () => {
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found/);
    await page.getByRole('radio', { name: 'Crop', exact: true }).check({ force: true });
    await untilStatus(page, /The crop shows 667 × 500 pixels from \d+, 0; the focal point is 0\.\d{4}, 0\.\d{4}\.$/);
    expect(await page.locator('#curl').textContent()).to.match(/-o "faces-crop.png" .*crop\?width=400&height=300"$/);
    await page.screenshot({ path: path.join(pictures, 'light-crop.png'), fullPage: true });
    expect(await audit(page)).to.deep.equal([]);
    const { name, bytes } = await saved('#save');
    expect(name).to.equal('faces-crop.png');
    expect(await sharp(bytes).metadata()).to.include({ width: 400, height: 300 });
    const buffer = await toSharp(drawFaces(800, 500, [{ x: 300, y: 250, height: 260 }]))
      .png()
      .toBuffer();
    await page.locator('#file').setInputFiles({ name: 'one.png', mimeType: 'image/png', buffer });
    await untilStatus(page, /1 face found on one.png.*The crop shows 667 /);
    await page.locator('#crop-options [name=zoom]').press('End');
    await untilStatus(page, /1 face found on one.png.*The crop shows (?!667 )/);
  });

  it('how usable each face is, where asked', async () => {
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found/);
    expect(await page.locator('#quality').isVisible()).to.equal(false);
    await page.locator('[name=faceQuality]').selectOption('yes');
    await page.locator('#quality tbody tr').nth(3).waitFor();
    expect(await page.getByRole('rowheader', { name: 'Quality' }).count()).to.equal(1);
    const { faces } = (await shownAnswer(page)) as unknown as { faces: { quality: { size: number } }[] };
    const sizes = await page.locator('#quality td:last-child').allTextContents();
    expect(sizes).to.deep.equal(faces.map(({ quality }) => `${quality.size.toFixed(0)} px`));
    await page.screenshot({ path: path.join(pictures, 'light-quality.png'), fullPage: true });
    expect(await audit(page)).to.deep.equal([]);
    await page.locator('[name=faceQuality]').selectOption('no');
    await page.locator('#quality').waitFor({ state: 'hidden' });
  });

  it('the picture that lies on its side, upright', async () => {
    const buffer = await sharp(standardPng()).rotate(90).png().toBuffer();
    await page.locator('[name=orientation]').selectOption('auto');
    await page.locator('#file').setInputFiles({ name: 'aside.png', mimeType: 'image/png', buffer });
    await untilStatus(page, /4 faces found on aside.png/);
    expect(await shownAnswer(page)).to.include({ turn: 270 });
    await look('Redacted');
    await untilStatus(page, /4 faces hidden on aside.png/);
    const width = await page.locator('#frame img').evaluate((image: HTMLImageElement) => image.naturalWidth);
    expect(width).to.equal(800);
  });

  it('the picture with boxes as a file', async () => {
    await page.locator('#file').setInputFiles(facesFile);
    await untilStatus(page, /4 faces found/);
    const { name, bytes } = await saved('#save');
    expect(name).to.equal('faces-boxes.png');
    expect(await sharp(bytes).metadata()).to.include({ width: 800, height: 500 });
    expect(bytes.equals(standardPng())).to.equal(false);
  });

  it('what no browser shows, as the service draws it', async () => {
    const buffer = await sharp(standardPng()).tiff().toBuffer();
    await page.locator('#file').setInputFiles({ name: 'faces.tif', mimeType: 'image/tiff', buffer });
    await untilStatus(page, /4 faces found on faces.tif.*Drawn by the service/);
    expect((await shownAnswer(page)).faces).to.have.lengthOf(4);
    const size = await page.locator('#frame img').evaluate((image: HTMLImageElement) => image.naturalWidth);
    expect(size).to.equal(800);
    expect(await page.locator('#frame .box').count()).to.equal(0);
  });
});
