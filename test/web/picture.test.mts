import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { needWeights } from '../fixtures/available.mjs';
import { needChromium, openBrowser, type Visit, visit } from '../fixtures/browser.mjs';
import { standardPicture, toSharp } from '../fixtures/drawn-faces.mjs';
import { facesFile, misplacement, rednessOfFaces, shownAnswer, untilStatus } from '../fixtures/face-page.mjs';
import { eventually } from '../fixtures/http.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

// The standard picture as a camera stores it that was held in one of EXIF's eight ways: turned clockwise, then mirrored.
const stored = async (degrees: number, isMirrored: boolean) => {
  const turned = await toSharp(standardPicture()).rotate(degrees).png().toBuffer();
  return sharp(turned).flop(isMirrored);
};
const turns: [degrees: number, isMirrored: boolean][] = [
  [0, false],
  [0, true],
  [180, false],
  [180, true],
  [90, true],
  [270, false],
  [270, true],
  [90, false],
];
const heldPictures = turns.map(([degrees, isMirrored], i) => [i + 1, () => stored(degrees, isMirrored)] as const);

describe('the demo page takes a picture', () => {
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
    seen = await visit(browser, service.origin, { permissions: ['clipboard-read', 'clipboard-write'] });
    page = seen.page;
  });
  afterEach(async () => {
    await seen.context.close();
    expect(seen.offences).to.deep.equal([]);
  });

  /**
   * Drops something on the page, at this height. Again where the browser lets the page know of none: as long as the page is laid out, what
   * was under the pointer before is not what is under it now.
   */
  async function drop(y: number, dragged: { items: { mimeType: string; data: string }[]; files?: string[] }) {
    await page.evaluate(() => document.addEventListener('drop', () => (document.title = 'dropped')));
    const session = await seen.context.newCDPSession(page);
    const data = { ...dragged, dragOperationsMask: 1 };
    await eventually('the page gets it', async () => {
      for (const type of ['dragEnter', 'dragOver', 'dragOver', 'drop'] as const)
        await session.send('Input.dispatchDragEvent', { type, x: 640, y, data });
      return (await page.title()) === 'dropped';
    });
  }

  async function expectFourFaces() {
    await untilStatus(page, /4 faces found on .*800 × 500 pixels, by mtcnn/);
    expect((await shownAnswer(page)).faces).to.have.lengthOf(4);
    expect(await misplacement(page)).to.be.below(0.5);
    expect(Math.min(...(await rednessOfFaces(page)))).to.be.above(45);
  }

  it('that is chosen, and draws what is found in its place', async () => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByText('Choose picture').click();
    await (await chooser).setFiles(facesFile);
    await expectFourFaces();
    expect(await page.locator('#frame .score').allTextContents()).to.have.lengthOf.within(3, 4);
    expect(await page.locator('#frame .point').count()).to.equal(20);
    expect(await page.getByRole('img', { name: '4 faces found on faces.png' }).isVisible()).to.equal(true);
  });

  it('that is dropped anywhere', async () => {
    await drop(700, { items: [], files: [path.resolve(facesFile)] });
    await expectFourFaces();
  });

  it('that is pasted', async () => {
    const base64 = readFileSync(facesFile).toString('base64');
    await page.evaluate(async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
    }, base64);
    await page.keyboard.press('Control+V');
    await expectFourFaces();
  });

  it('and says so where nothing that could be one is dropped or pasted', async () => {
    await page.evaluate(() => navigator.clipboard.writeText('text'));
    await page.keyboard.press('Control+V');
    expect(await page.getByRole('alert').textContent()).to.match(/There is no picture in the clipboard/);
    await drop(400, { items: [{ mimeType: 'text/plain', data: 'text' }] });
    expect(await page.getByRole('alert').textContent()).to.match(/That was no file/);
  });

  it('that it has drawn itself, and every face on it is found', async () => {
    for (const [title, status] of [
      ['One', /^1 face found on one.png/],
      ['Three', /^3 faces found on three.png/],
      ['Many', /^18 faces found on crowd.png/],
    ] as const) {
      await page.getByRole('button', { name: title, exact: true }).click();
      await untilStatus(page, status);
      expect(await misplacement(page)).to.be.below(0.5);
    }
  });

  it('however its camera was held', async () => {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      for (const [orientation, held] of heldPictures) {
        const buffer = await (await held()).withMetadata({ orientation }).toFormat(format, { quality: 95 }).toBuffer();
        await page
          .locator('#file')
          .setInputFiles({ name: `${orientation}.${format}`, mimeType: `image/${format}`, buffer });
        await untilStatus(page, new RegExp(`faces found on ${orientation}.${format}, 800 × 500`));
        // Chromium overlooks the orientation of WebP, so the service draws those.
        if (format !== 'webp') expect(await misplacement(page)).to.be.below(0.5);
        expect(Math.min(...(await rednessOfFaces(page))), `${orientation}.${format}`).to.be.above(45);
      }
    }
  });

  it('and gives the line for a terminal that answers the same', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    const name = `it's; a "picture", \\ $HOME.png`;
    copyFileSync(facesFile, path.join(folder, name));
    try {
      for (const file of [facesFile, path.join(folder, name)]) {
        await page.getByRole('button', { name: 'Defaults' }).click();
        await page.locator('#file').setInputFiles(file);
        await untilStatus(page, /4 faces found/);
        await page.locator('[name=minFaceSize]').focus();
        await page.keyboard.press('End');
        await untilStatus(page, /1 face found/);
        copyFileSync(facesFile, path.join(folder, path.basename(file)));
        const line = (await page.locator('#curl').textContent()) ?? '';
        expect(line).to.include('minFaceSize=300');
        const { stdout, stderr } = spawnSync('sh', ['-c', `${line} --silent --show-error`], {
          cwd: folder,
          encoding: 'utf8',
        });
        expect(JSON.parse(stdout || stderr)).to.deep.equal(await shownAnswer(page));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  // The line named a file that nobody had: what Save gave was the picture with boxes, by another name.
  it('and the file that this line reads, where the picture is none yet', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    try {
      const saver = page.locator('#save-picture');
      await page.locator('#file').setInputFiles(facesFile);
      await untilStatus(page, /4 faces found/);
      expect(await saver.isVisible()).to.equal(false);
      await page.getByRole('button', { name: 'Three', exact: true }).click();
      await untilStatus(page, /3 faces found on three.png/);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save three.png' }).click();
      const file = await download;
      expect(file.suggestedFilename()).to.equal('three.png');
      await file.saveAs(path.join(folder, file.suggestedFilename()));
      const line = (await page.locator('#curl').textContent()) ?? '';
      const { stdout, stderr } = spawnSync('sh', ['-c', `${line} --silent --show-error`], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(JSON.parse(stdout || stderr)).to.deep.equal(await shownAnswer(page));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('and copies line and answer', async () => {
    await page.locator('#file').setInputFiles(facesFile);
    await expectFourFaces();
    for (const [button, source] of [
      ['#copy-curl', '#curl'],
      ['#copy-json', '#json'],
    ] as const) {
      // Shown for a moment only: looked for from before the click.
      await Promise.all([page.locator(button).filter({ hasText: 'Copied' }).waitFor(), page.locator(button).click()]);
      expect(await page.evaluate(() => navigator.clipboard.readText())).to.equal(
        await page.locator(source).textContent(),
      );
    }
  });
  it('and selects them to be copied by keyboard where browsers do not copy, as on a page by plain http', async () => {
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.locator('#file').setInputFiles(facesFile);
    await expectFourFaces();
    const button = page.locator('#copy-curl');
    await Promise.all([button.filter({ hasText: 'Selected' }).waitFor(), button.click()]);
    expect(await page.evaluate(() => String(getSelection()))).to.equal(await page.locator('#curl').textContent());
    await button.filter({ hasNotText: 'Selected' }).waitFor();
  });
});
