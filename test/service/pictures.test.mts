import { randomFillSync } from 'node:crypto';
import { expect } from 'chai';
import { FaceDetector } from 'opencv-face-detector';
import sharp from 'sharp';
import { needWeights } from '../fixtures/available.mjs';
import { standardFaces, standardPicture, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { eventually, form, openWire, postHead } from '../fixtures/http.mjs';
import { logLines, metric, type Service, startService } from '../fixtures/service.mjs';

interface Crop {
  box: object;
  confidence: number;
  landmarks: object;
  crop: { width: number; height: number; data: string };
}

describe('pictures of the service', () => {
  let service: Service;
  let detector: FaceDetector;
  before(async function () {
    needWeights(this);
    service = await startService({ WORKERS: '1', QUEUE_LIMIT: '3', BODY_TIMEOUT_MS: '3000' });
    detector = await FaceDetector.create();
  });
  after(async () => {
    await detector?.close();
    await service?.stop();
  });

  const post = (path: string, body: FormData | Buffer | string, headers: Record<string, string> = {}) =>
    fetch(service.origin + path, {
      method: 'POST',
      body: Buffer.isBuffer(body) ? new Uint8Array(body) : body,
      headers,
    });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
  const png = { 'Content-Type': 'image/png' };

  for (const kind of ['annotate', 'redact'] as const) {
    it(`POST /v1/${kind} answers what the library makes, with the times of its stages`, async () => {
      const response = await post(`/v1/${kind}`, form(['image', standardPng()]));
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('image/png');
      expect(response.headers.get('vary')).to.match(/\bAccept\b/);
      expect(response.headers.get('server-timing')).to.match(
        /^queue;.*, decode;.*, onet;dur=[\d.]+, render;dur=[\d.]+, encode;dur=[\d.]+, total;dur=[\d.]+$/,
      );
      const bytes = await bytesOf(response);
      expect(Number(response.headers.get('content-length'))).to.equal(bytes.byteLength);
      expect(bytes.equals((await detector[kind](standardPng())).data)).to.equal(true);
    });
  }

  it('takes options in query, form and JSON', async () => {
    const image = standardPng();
    const options = { mode: 'fill', shape: 'box', margin: 0.1, maxFaces: 2, format: 'png' } as const;
    const expected = (await detector.redact(image, options)).data;
    const { maxFaces, ...others } = options;
    const fields = Object.entries(others).map(([name, value]): [string, string] => [name, String(value)]);
    const ways = [
      post(`/v1/redact?${new URLSearchParams([...fields, ['maxFaces', '2']])}`, image, png),
      post(`/v1/redact?maxFaces=${maxFaces}`, form(['image', image], ...fields)),
      post('/v1/redact', JSON.stringify({ image: image.toString('base64'), ...options }), {
        'Content-Type': 'application/json',
      }),
    ];
    for (const response of await Promise.all(ways)) expect((await bytesOf(response)).equals(expected)).to.equal(true);
  });

  it('leaves faces visible and hides regions, by a short text, JSON in a field, or JSON', async () => {
    const image = standardPng();
    const regions = [
      { x: 10, y: 20, width: 30, height: 40 },
      { x: 100.5, y: 20, width: 30, height: 40 },
    ];
    const only = [0, { ...(standardFaces[2] as object), x: 473, y: 140, width: 177, height: 242 }];
    const expected = (await detector.redact(image, { only, regions, format: 'png' })).data;
    expect(expected.equals((await detector.redact(image, { format: 'png' })).data)).to.equal(false);
    const short = { only: '0;473,140,177,242', regions: '10,20,30,40;100.5,20,30,40' };
    const ways = [
      post(`/v1/redact?${new URLSearchParams(short)}`, image, png),
      post('/v1/redact', form(['image', image], ['only', JSON.stringify(only)], ['regions', JSON.stringify(regions)])),
      post('/v1/redact', JSON.stringify({ image: image.toString('base64'), only, regions }), {
        'Content-Type': 'application/json',
      }),
    ];
    for (const response of await Promise.all(ways)) expect((await bytesOf(response)).equals(expected)).to.equal(true);
    const full = Array.from({ length: 100 }, (_one, i) => ({ x: i, y: 20, width: 30, height: 40 }));
    const many = JSON.stringify({ image: image.toString('base64'), except: full.map(() => 0), regions: full });
    expect((await post('/v1/redact', many, { 'Content-Type': 'application/json' })).status).to.equal(200);
  });

  it('chooses the format by the option, else by Accept, else by the image', async () => {
    const jpeg = await toSharp(standardPicture()).jpeg().toBuffer();
    const cases: [query: string, accept: string, format: string][] = [
      ['', '*/*', 'jpeg'],
      ['', 'image/*', 'jpeg'],
      ['', 'image/png', 'png'],
      ['', 'image/avif,image/webp,image/apng,image/*,*/*;q=0.8', 'webp'],
      ['', 'image/webp;q=0.5,image/png', 'png'],
      ['', 'image/png;q=0.1,*/*', 'jpeg'],
      ['', 'application/json', 'jpeg'], // RFC 9110, 12.5.1: an answer that was not asked for is better than none
      ['?format=webp', 'image/png', 'webp'],
      ['?format=jpeg&quality=10', '*/*', 'jpeg'],
    ];
    for (const [query, accept, format] of cases) {
      const response = await post(`/v1/annotate${query}`, jpeg, { 'Content-Type': 'image/jpeg', Accept: accept });
      expect(response.headers.get('content-type'), `${query} ${accept}`).to.equal(`image/${format}`);
      expect(await sharp(await bytesOf(response)).metadata()).to.include({ format, width: 800, height: 500 });
    }
  });

  it('POST /v1/crops answers the faces with their pictures', async () => {
    const response = await post('/v1/crops?format=jpeg&size=64', form(['image', standardPng()]));
    expect(response.headers.get('content-type')).to.equal('application/json');
    expect(response.headers.get('server-timing')).to.match(/render;dur=[\d.]+, encode;dur=/);
    const { faces, ...rest } = (await response.json()) as { faces: Crop[] };
    expect(rest).to.deep.equal({ model: 'mtcnn', image: { width: 800, height: 500 }, format: 'jpeg' });
    expect(faces).to.have.length(standardFaces.length);
    const expected = await detector.crops(standardPng(), { format: 'jpeg', size: 64 });
    for (const [i, { crop, ...face }] of faces.entries()) {
      const { crop: made, ...found } = expected.faces[i] ?? { crop: undefined };
      expect(face).to.deep.equal(found);
      expect(crop).to.deep.equal({ width: 64, height: 64, data: made?.data.toString('base64') });
    }
  });

  it('POST /v1/crop answers the best part, and in headers what it is', async () => {
    const { data, part, focalPoint } = await detector.crop(standardPng(), { width: 200, height: 300, zoom: 0.5 });
    const ways = [
      post('/v1/crop?width=200&height=300&zoom=0.5', standardPng(), png),
      post('/v1/crop', form(['image', standardPng()], ['width', '200'], ['height', '300'], ['zoom', '0.5'])),
    ];
    for (const response of await Promise.all(ways)) {
      expect(response.headers.get('content-type')).to.equal('image/png');
      expect(response.headers.get('x-crop-part')).to.equal(`${part.x},${part.y},${part.width},${part.height}`);
      const [x = 0, y = 0] = (response.headers.get('x-focal-point') ?? '').split(',').map(Number);
      expect(x).to.be.closeTo(focalPoint.x, 0.0001);
      expect(y).to.be.closeTo(focalPoint.y, 0.0001);
      expect((await bytesOf(response)).equals(data)).to.equal(true);
    }
    const jpeg = await post('/v1/crop?width=20&height=30', standardPng(), { ...png, Accept: 'image/jpeg' });
    expect(await sharp(await bytesOf(jpeg)).metadata()).to.include({ format: 'jpeg', width: 20, height: 30 });
  });

  it('POST /v1/focal-point answers where the faces are, without a picture', async () => {
    const { focalPoint, faces } = await detector.focalPoint(standardPng());
    const response = await post('/v1/focal-point', form(['image', standardPng()]));
    expect(await response.json()).to.deep.equal({
      model: 'mtcnn',
      image: { width: 800, height: 500 },
      focalPoint,
      faces,
    });
  });

  it('refuses by the same codes as /v1/faces', async () => {
    const image = standardPng();
    const wide = await sharp({ create: { width: 20_000, height: 2, channels: 3, background: '#876' } })
      .png()
      .toBuffer();
    // One after the other: the service has room for three.
    const cases: [ask: () => Promise<Response>, answer: string][] = [
      [() => post('/v1/redact?mode=smear', image, png), '400 INVALID_OPTION mode must be'],
      [() => post('/v1/redact?format=gif', image, png), '400 INVALID_OPTION format must be'],
      [() => post('/v1/redact?align=true', image, png), '400 INVALID_OPTION there is no option "align"'],
      [
        () => post('/v1/redact?except=7', image, png),
        '400 INVALID_OPTION except: there is no face number 8 (index 7), 4',
      ],
      [
        () => post('/v1/redact?only=', image, png),
        '400 INVALID_OPTION only must be up to 100 faces by number, from 0, or',
      ],
      [() => post('/v1/redact?except=0,1', image, png), '400 INVALID_OPTION except must be up to 100'],
      [
        () => post('/v1/redact?regions=800,0,9,9', image, png),
        '400 INVALID_OPTION regions: the box 800,0,9,9 is outside',
      ],
      [() => post('/v1/annotate?regions=1,2,3,4', image, png), '400 INVALID_OPTION there is no option "regions"'],
      [
        () => post('/v1/crop', image, png),
        '400 INVALID_OPTION crop makes one picture and needs its width and height; crops',
      ],
      [
        () => post('/v1/crop?width=0&height=9', image, png),
        '400 INVALID_OPTION width must be an integer from 1 to 8192, got 0',
      ],
      [() => post('/v1/crops?width=9', image, png), '400 INVALID_OPTION there is no option "width"'],
      [() => post('/v1/focal-point?width=9', image, png), '400 INVALID_OPTION there is no option "width"'],
      [() => post('/v1/faces?mode=blur', image, png), '400 INVALID_OPTION there is no option "mode"'],
      [() => post('/v1/crops?margin=0.1', image, png), '400 INVALID_OPTION margin is for plain crops'],
      [
        () => post('/v1/annotate?format=webp', wide, png),
        '400 INVALID_OPTION WebP pictures may have 16383 pixels a side',
      ],
      [() => post('/v1/annotate', form(['other', image])), '400 IMAGE_MISSING'],
      [() => post('/v1/annotate', '8BPS', png), '415 UNSUPPORTED_FORMAT'],
      [() => post('/v1/crops', '', png), '422 EMPTY_IMAGE'],
      [() => fetch(`${service.origin}/v1/redact`), '405 METHOD_NOT_ALLOWED'],
    ];
    for (const [ask, start] of cases) {
      const { status, code, detail } = (await (await ask()).json()) as Record<string, unknown>;
      expect(`${status} ${code} ${detail}`.slice(0, start.length)).to.equal(start);
    }
  });

  it('counts in the log and in the metrics', async () => {
    await bytesOf(await post('/v1/crops', form(['image', standardPng()])));
    await eventually('logged', () => logLines(service, 'request').some(({ path }) => path === '/v1/crops'));
    expect(logLines(service, 'request').find(({ path, status }) => path === '/v1/crops' && status === 200)).to.include({
      faces: standardFaces.length,
    });
    const count = (label: string) => metric(service, 'face_detector_stage_duration_seconds_count', label);
    await eventually('counted', async () => (await count('stage="encode"')) > 0 && (await count('stage="render"')) > 0);
    expect(await metric(service, 'face_detector_requests_total', 'route="/v1/annotate"', 'status="200"')).to.be.above(
      0,
    );
  });

  // A few clients that do not fetch their pictures would fill the memory with them.
  it('a picture that is not fetched keeps its seat, and is dropped after BODY_TIMEOUT_MS', async () => {
    // Noise, whose PNG is larger than what systems take off a connection's hands (32 + 4 MB and less).
    const noise = randomFillSync(Buffer.alloc(5000 * 4000 * 3));
    const large = await sharp(noise, { raw: { width: 5000, height: 4000, channels: 3 } })
      .jpeg({ quality: 60, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const wire = await openWire(service.origin);
    const headers = { 'Content-Type': 'image/jpeg', 'Content-Length': large.byteLength, 'X-Request-Id': 'unread' };
    wire.socket.write(postHead('/v1/redact?maxSide=100&format=png', headers));
    wire.socket.pause().write(large);
    const lines = () => logLines(service, 'request').filter(({ requestId }) => requestId === 'unread');
    await eventually('held', async () => (await metric(service, 'face_detector_queue_depth')) === 1, 60);
    await eventually('dropped', () => lines().length === 1, 60);
    expect(lines()[0]).to.include({ status: 499, code: 'ABORTED' });
    await eventually('free', async () => (await metric(service, 'face_detector_queue_depth')) === 0);
    wire.socket.destroy();
  });
});
