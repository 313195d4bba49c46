import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { FaceDetector, type Picture } from 'opencv-face-detector';
import sharp from 'sharp';
import { needWeights } from '../fixtures/available.mjs';
import { cli } from '../fixtures/command-line.mjs';
import { form } from '../fixtures/http.mjs';
import { heicFile, optionalFiles } from '../fixtures/optional-files.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

describe('HEIC, AVIF and GIF', () => {
  let service: Service;
  let detector: FaceDetector;
  let files: Awaited<ReturnType<typeof optionalFiles>>;
  before(async function () {
    needWeights(this);
    files = await optionalFiles();
    service = await startService({ WORKERS: '1', MAX_PIXELS: '10000000', REQUEST_TIMEOUT_MS: '30000' });
    detector = await FaceDetector.create();
  });
  after(async () => {
    await detector?.close();
    await service?.stop();
  });

  const post = (route: string, bytes: Buffer, type = 'application/octet-stream') =>
    fetch(service.origin + route, { method: 'POST', body: new Uint8Array(bytes), headers: { 'Content-Type': type } });

  for (const format of ['heic', 'avif', 'gif'] as const) {
    it(`${format} comes in by every door, with the same faces`, async () => {
      const { faces } = await detector.detect(files[format]);
      expect(faces).to.have.length(4);

      const v1 = await post('/v1/faces', files[format], `image/${format}`);
      expect(((await v1.json()) as { faces: object[] }).faces).to.deep.equal(faces);

      const face = await fetch(`${service.origin}/face`, { method: 'POST', body: form(['image', files[format]]) });
      const boxes = Object.values((await face.json()) as Record<string, number[]>);
      expect(boxes).to.have.deep.members(
        faces.map(({ box: { x, y, width, height } }) => [y, x, y + height, x + width].map(Math.trunc)),
      );

      const batch = await fetch(`${service.origin}/v1/batch`, { method: 'POST', body: form(['image', files[format]]) });
      expect(JSON.parse(await batch.text()).faces).to.deep.equal(faces);

      const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
      writeFileSync(path.join(folder, `a.${format}`), files[format]);
      const { status, stdout } = cli(['detect', '--ndjson', folder]);
      rmSync(folder, { recursive: true });
      expect(status).to.equal(0);
      expect(JSON.parse(stdout).faces).to.deep.equal(faces);
    });

    it(`${format} gives pictures whose content type says what they are`, async () => {
      for (const route of ['redact', 'annotate'] as const) {
        const made: Picture = await detector[route](files[format]);
        const response = await post(`/v1/${route}`, files[format]);
        expect(response.headers.get('content-type')).to.equal(`image/${format === 'gif' ? 'png' : 'jpeg'}`);
        expect(Buffer.from(await response.arrayBuffer()).equals(made.data)).to.equal(true);
      }
      const crops = await post('/v1/crops?maxFaces=1', files[format]);
      const { format: said, faces } = (await crops.json()) as { format: string; faces: { crop: { data: string } }[] };
      const { format: is } = await sharp(Buffer.from(faces[0]?.crop.data ?? '', 'base64')).metadata();
      expect(said).to.equal(is);
    });

    it(`${format} is refused in the words of other formats where it is cut or too large`, async () => {
      const codeOf = async (bytes: Buffer) => {
        const response = await post('/v1/faces', bytes);
        return `${response.status} ${((await response.json()) as { code: string }).code}`;
      };
      expect(await codeOf(files[format].subarray(0, files[format].length / 2))).to.equal('422 TRUNCATED_IMAGE');
      expect(await codeOf(files[format].subarray(0, 30))).to.equal('422 CORRUPT_IMAGE');
      const large = Buffer.from(files[format]);
      if (format === 'gif') large.writeUInt32LE(0x7000_7000, 6);
      else for (const side of [8, 12]) large.writeUInt32BE(20_000, large.indexOf('ispe') + side);
      expect(await codeOf(large)).to.equal('413 TOO_MANY_PIXELS');
    });
  }

  it('are given up at the deadline, and the next request is answered', async () => {
    const hasty = await startService({ WORKERS: '1', REQUEST_TIMEOUT_MS: '60' });
    try {
      const late = await fetch(`${hasty.origin}/v1/faces`, {
        method: 'POST',
        body: new Uint8Array(heicFile('flat')),
        headers: { 'Content-Type': 'image/heic' },
      });
      expect(`${late.status} ${((await late.json()) as { code: string }).code}`).to.equal('504 DEADLINE');
      expect((await fetch(`${hasty.origin}/readyz`)).status).to.equal(200);
    } finally {
      await hasty.stop();
    }
  });
});
