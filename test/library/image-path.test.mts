import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import sharp from 'sharp';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { imagePath } from '#dist/library/image-path.js';
import { standardPng } from '../fixtures/drawn-faces.mjs';
import { thrown } from '../fixtures/rejection.mjs';

// Images by their text were opened as files: messages of a megabyte, or "file name too long".
describe('the path of an image', () => {
  function refusal(text: string): string {
    const error = thrown(() => imagePath(text));
    expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'INVALID_OPTION');
    expect(error.message.length).to.be.below(200);
    expect(error.message).to.not.include('\n');
    return error.message;
  }

  it('is any text that can be one', () => {
    const paths = [
      'a.jpg',
      '/9j/4AAQ',
      'dat:x',
      './data:x',
      'ü'.repeat(4000),
      'https://example.org/a.jpg',
      'iVBORw0KGgo=',
    ];
    for (const text of paths) expect(imagePath(text)).to.equal(text);
    expect(imagePath(pathToFileURL('/a b/ü.jpg').href)).to.equal('/a b/ü.jpg');
  });

  it('is no base64, of any format and length, wrapped or not, in either alphabet', async () => {
    const dot = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } });
    const images = [standardPng(), Buffer.concat([Buffer.from('BM'), Buffer.alloc(56)])];
    for (const format of ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const)
      images.push(await dot.clone().toFormat(format).toBuffer());
    for (const bytes of images) {
      const text = bytes.toString('base64');
      for (const variant of [text, bytes.toString('base64url'), text.replace(/.{76}/g, '$&\r\n'), ` ${text}\n`])
        expect(refusal(variant)).to.match(
          /^the image is base64 text, not the path of a file: decode it first, by Buffer/,
        );
    }
  });

  it('is base64, but where there is a file of that name', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    const before = process.cwd();
    try {
      const name = Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(60)]).toString('base64');
      process.chdir(folder);
      refusal(name);
      mkdirSync(path.dirname(name), { recursive: true });
      writeFileSync(name, '');
      expect(imagePath(name)).to.equal(name);
    } finally {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    }
  });

  it('is no data URL', () => {
    for (const text of [
      'data:image/png;base64,iVBORw0KGgo=',
      `DATA:image/jpeg;base64,${'A'.repeat(2 ** 20)}`,
      'data:,',
    ])
      expect(refusal(text)).to.match(/^the image is a data URL, not the path of a file: decode it first, by Buffer/);
  });

  it('is nothing that no file can be called, such as bytes read as characters', () => {
    expect(refusal(standardPng().toString('latin1'))).to.match(/^the image is a text of \d+ characters, not the path/);
    expect(refusal('a\0b')).to.include('a text of 3 characters');
    expect(refusal('x'.repeat(4097))).to.include('a text of 4097 characters');
  });

  it('is told from base64 in a time that grows with the text alone', () => {
    refusal(`/9j/4AAQ${' '.repeat(2 ** 22)}!`);
  });
});
