import { expect } from 'chai';
import { FaceDetector } from 'opencv-face-detector';
import { needWeights } from '../fixtures/available.mjs';
import { drawFaces, standardFaces, standardPicture, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { filePart, form, formEnd, formType, openWire, postHead } from '../fixtures/http.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

interface Face {
  box: { x: number; y: number; width: number; height: number };
  confidence: number;
  landmarks: Record<string, { x: number; y: number }>;
}
interface Answer {
  model: string;
  image: { width: number; height: number };
  faces: Face[];
}
interface Problem {
  code: string;
  status: number;
  detail: string;
  requestId: string;
}

const limits = {
  MAX_BODY_BYTES: '1000000',
  MAX_BATCH_IMAGES: '5',
  MAX_BATCH_BYTES: '4000000',
  MIN_FACE_SIZE_FLOOR: '16',
};

describe('/v1', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService(limits);
  });
  after(() => service?.stop());

  const post = (path: string, body: FormData | string | Buffer, headers: Record<string, string> = {}) =>
    fetch(service.origin + path, {
      method: 'POST',
      body: Buffer.isBuffer(body) ? new Uint8Array(body) : body,
      headers,
    });
  const problemOf = async (response: Response) => {
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    const problem = (await response.json()) as Problem;
    expect(problem.status).to.equal(response.status);
    expect(problem.requestId).to.equal(response.headers.get('x-request-id'));
    return `${problem.status} ${problem.code}: ${problem.detail}`;
  };

  describe('POST /v1/faces', () => {
    it('gives clipped boxes, confidences and landmarks in pixels, and the time of each stage', async () => {
      const response = await post('/v1/faces', form(['image', standardPng()]));
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('application/json');
      expect(response.headers.get('server-timing')).to.match(
        /^queue;dur=[\d.]+, decode;dur=[\d.]+, pnet;dur=[\d.]+, rnet;dur=[\d.]+, onet;dur=[\d.]+, total;dur=[\d.]+$/,
      );
      const { model, image, faces } = (await response.json()) as Answer;
      expect({ model, image }).to.deep.equal({ model: 'mtcnn', image: { width: 800, height: 500 } });
      expect(faces).to.have.length(standardFaces.length);
      for (const { x, y } of standardFaces) {
        const face = faces.find(({ box }) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height);
        expect(Object.keys(face?.landmarks ?? {})).to.deep.equal([
          'leftEye',
          'rightEye',
          'nose',
          'mouthLeft',
          'mouthRight',
        ]);
        expect(face?.landmarks.leftEye?.x).to.be.below(face?.landmarks.rightEye?.x ?? 0);
      }
    });

    it('takes the same image in every form with the same answer', async () => {
      const png = standardPng();
      const base64 = png.toString('base64');
      const bodies: [string, FormData | string | Buffer, Record<string, string>?][] = [
        ['form, image', form(['image', png])],
        ['form, file', form(['file', png])],
        ['image/png', png, { 'Content-Type': 'image/png' }],
        ['octets', png, { 'Content-Type': 'application/octet-stream' }],
        ['JSON', JSON.stringify({ image: base64 }), { 'Content-Type': 'application/json' }],
        [
          'JSON, data:',
          JSON.stringify({ image: `data:image/png;base64,${base64}` }),
          { 'Content-Type': 'application/json; charset=utf-8' },
        ],
      ];
      const answers = [];
      for (const [name, body, headers] of bodies) {
        const response = await post('/v1/faces', body, headers);
        expect(response.status, name).to.equal(200);
        answers.push(await response.text());
      }
      expect(new Set(answers).size).to.equal(1);
    });

    // Each was refused as a form without an image, or a broken one, by every route.
    it('takes a form as clients are known to write it, and so do all routes', async () => {
      const strict = `${filePart('IMAGE')}${formEnd}`;
      const spellings = {
        'LF alone': strict.replaceAll('\r\n', '\n'),
        'white space behind boundaries': strict.replaceAll(/--x(--)?/g, '$& \t'),
        'a semicolon at the end': strict.replace('a.png"', '$&;'),
        'spaces without quotes': strict.replace('"a.png"', 'my photo.png'),
        'no name of the file': strict.replace('a.png', ''),
        'an attachment': strict.replace('form-data', 'attachment'),
        'white space before a colon': strict.replace(':', ' :'),
      };
      const ask = async (route: string, text: string) => {
        const [head = '', tail = ''] = text.split('IMAGE');
        const body = Buffer.concat([Buffer.from(head), standardPng(), Buffer.from(tail)]);
        const response = await post(route, body, { 'Content-Type': formType });
        const answer = Buffer.from(await response.arrayBuffer()).toString('latin1');
        return `${response.status} ${answer.replace(/"name":("a.png"|"my photo.png"|null),/, '')}`;
      };
      for (const route of ['/face', '/v1/faces', '/v1/annotate', '/v1/redact', '/v1/crops', '/v1/batch']) {
        const right = await ask(route, strict);
        expect(right).to.match(/^200 /).and.not.include('"error"');
        for (const [what, text] of Object.entries(spellings)) {
          expect(text, what).to.not.equal(strict);
          expect(await ask(route, text), `${route}: ${what}`).to.equal(right);
        }
      }
    });

    it('takes options in the query, in the form before or after the image, and in JSON', async () => {
      const png = standardPng();
      const jpeg = form(['maxFaces', '1'], ['image', png], ['sort', 'area']);
      const json = JSON.stringify({ image: png.toString('base64'), maxFaces: 1, sort: 'area' });
      const ways = [
        post('/v1/faces?maxFaces=1&sort=area', png, { 'Content-Type': 'image/png' }),
        post('/v1/faces', jpeg),
        post('/v1/faces', json, { 'Content-Type': 'application/json' }),
        post('/v1/faces?sort=area&model=mtcnn', form(['image', png], ['maxFaces', '1'])),
      ];
      for (const response of await Promise.all(ways)) {
        const { faces } = (await response.json()) as Answer;
        expect(faces).to.have.length(1);
        expect(faces[0]?.box.height).to.be.above(200); // the largest that is drawn has 260
      }
    });

    it('refuses an option by name and says what was expected', async () => {
      const png = standardPng();
      const cases: [string, string][] = [
        ['minFaceSize=abc', 'minFaceSize must be an integer from 16 to 4096, got "abc"'],
        ['minFaceSize=15', 'minFaceSize must be an integer from 16 to 4096, got 15'],
        ['minFaceSize=', 'minFaceSize must be an integer from 16 to 4096, got ""'],
        ['threshold=2', 'threshold must be a number from 0 to 1, got 2'],
        ['threshold=0.5&onetThreshold=0.5', 'threshold is another name for onetThreshold: give one of them'],
        ['sort=size', 'sort must be "confidence" or "area", got "size"'],
        ['clip=yes', 'clip must be true or false, got "yes"'],
        ['maxSide=100&maxSide=200', 'maxSide is given twice'],
        ['model=haar', 'model must be "mtcnn", got "haar"'],
      ];
      for (const [query, detail] of cases) {
        const response = await post(`/v1/faces?${query}`, png, { 'Content-Type': 'image/png' });
        expect(await problemOf(response), query).to.equal(`400 INVALID_OPTION: ${detail}`);
      }
      for (const name of ['maxPixels', 'maxCpuMs', 'nonsense', '__proto__', 'constructor']) {
        const response = await post(`/v1/faces?${name}=1`, png, { 'Content-Type': 'image/png' });
        expect(await problemOf(response)).to.match(
          new RegExp(`^400 INVALID_OPTION: there is no option "${name}": minFaceSize,`),
        );
      }
      const both = await post('/v1/faces?maxFaces=1', form(['image', png], ['maxFaces', '1']));
      expect(await problemOf(both)).to.equal('400 INVALID_OPTION: maxFaces is given twice');
    });

    it('answers everything wrong with a problem, its code and the request id', async () => {
      const png = standardPng();
      const jpeg = await toSharp(standardPicture()).jpeg().toBuffer();
      const type = (contentType: string) => ({ 'Content-Type': contentType });
      const cases: [ask: () => Promise<Response>, answer: string][] = [
        [() => post('/v1/faces', form(['picture', png])), '400 IMAGE_MISSING'],
        [() => post('/v1/faces', form(['image', 'text'])), '400 IMAGE_MISSING'],
        [() => post('/v1/faces', '{}', type('application/json')), '400 IMAGE_MISSING'],
        [() => post('/v1/faces', form(['image', png], ['image', png])), '400 MALFORMED_BODY'],
        [() => post('/v1/faces', form(['image', png], ['other', png])), '400 MALFORMED_BODY'],
        [() => post('/v1/faces', '{', type('application/json')), '400 MALFORMED_BODY'],
        [() => post('/v1/faces', '[]', type('application/json')), '400 MALFORMED_BODY'],
        [() => post('/v1/faces', '{"image":"%%%"}', type('application/json')), '400 MALFORMED_BODY'],
        [() => post('/v1/faces', 'x', type('multipart/form-data')), '400 MALFORMED_BODY'],
        [() => post('/v1/faces', filePart(png), type(formType)), '400 MALFORMED_BODY'],
        [() => post('/v1/faces', png, type('text/plain')), '415 UNSUPPORTED_FORMAT'],
        [() => post('/v1/faces', png, { ...type('image/png'), 'Content-Encoding': 'gzip' }), '415 UNSUPPORTED_FORMAT'],
        [() => post('/v1/faces', '<html></html>', type('image/jpeg')), '415 UNSUPPORTED_FORMAT'],
        [() => post('/v1/faces', '8BPS......', type('image/vnd.adobe.photoshop')), '415 UNSUPPORTED_FORMAT'],
        [() => post('/v1/faces', '', type('image/png')), '422 EMPTY_IMAGE'],
        [() => post('/v1/faces', jpeg.subarray(0, 3000), type('image/jpeg')), '422 TRUNCATED_IMAGE'],
        [
          () =>
            post(
              '/v1/faces',
              Buffer.concat([png.subarray(0, 60), Buffer.alloc(200, 7), png.subarray(260)]),
              type('image/png'),
            ),
          '422 CORRUPT_IMAGE',
        ],
        [() => post('/v1/faces', Buffer.alloc(1_000_001), type('image/png')), '413 BODY_TOO_LARGE'],
        [() => fetch(`${service.origin}/v1/faces`), '405 METHOD_NOT_ALLOWED'],
        [() => fetch(`${service.origin}/v1/nothing`), '404 NOT_FOUND'],
      ];
      for (const [ask, start] of cases) expect((await problemOf(await ask())).split(':')[0]).to.equal(start);
    });

    it('answers with truncated=accept what is there of a JPEG, and says that it is not all', async () => {
      const jpeg = await toSharp(standardPicture()).jpeg().toBuffer();
      const type = { 'Content-Type': 'image/jpeg' };
      const cut = jpeg.subarray(0, jpeg.length - 100);
      const warnings = [{ code: 'TRUNCATED_IMAGE', message: 'the image ends early: part of it is missing' }];
      for (const path of ['/v1/faces', '/v1/crops']) {
        const lenient = await post(`${path}?truncated=accept`, cut, type);
        expect(lenient.status).to.equal(200);
        expect(await lenient.json(), path)
          .to.have.property('warnings')
          .that.deep.equals(warnings);
        const whole = await post(`${path}?truncated=accept`, jpeg, type);
        expect(await whole.json(), path).to.not.have.property('warnings');
      }
      for (const path of ['/v1/annotate', '/v1/redact']) {
        const lenient = await post(`${path}?truncated=accept`, cut, type);
        expect(lenient.headers.get('X-Image-Warnings'), path).to.equal('TRUNCATED_IMAGE');
        const whole = await post(`${path}?truncated=accept`, jpeg, type);
        expect(whole.headers.has('X-Image-Warnings'), path).to.equal(false);
      }
      const batch = await post('/v1/batch?truncated=accept', form(['image', cut], ['image', jpeg]));
      const lines = (await batch.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { warnings?: unknown });
      expect(lines.map((line) => line.warnings)).to.deep.equal([warnings, undefined]);
    });

    it('searches a reduced JPEG where fastDecode is asked for: nothing is left to shrink', async () => {
      const jpeg = await toSharp(standardPicture()).jpeg().toBuffer();
      const answer = async (query: string) => {
        const response = await post(`/v1/faces?maxSide=400${query}`, jpeg, { 'Content-Type': 'image/jpeg' });
        const { image } = (await response.json()) as Answer;
        return { image, shrinks: response.headers.get('server-timing')?.includes('resize') };
      };
      const image = { width: 800, height: 500 };
      expect(await answer('')).to.deep.equal({ image, shrinks: true });
      expect(await answer('&fastDecode=true')).to.deep.equal({ image, shrinks: false });
    });

    it('measures faces and leaves out what is beyond the limits, in every form of answer', async () => {
      const detector = await FaceDetector.create();
      try {
        const options = { faceQuality: true, minSharpness: 200 } as const;
        const { faces, leftOut } = await detector.detect(standardPng(), options);
        expect(leftOut).to.be.within(1, 3);
        const query = '?faceQuality=true&minSharpness=200';
        const one = (await (await post(`/v1/faces${query}`, form(['image', standardPng()]))).json()) as object;
        expect(one).to.deep.include({ faces, leftOut });
        const lines = await (await post(`/v1/batch${query}`, form(['image', standardPng()]))).text();
        expect(JSON.parse(lines)).to.deep.include({ faces, leftOut });
        const crops = (await (await post(`/v1/crops${query}`, form(['image', standardPng()]))).json()) as {
          faces: { crop: object }[];
        };
        expect(crops).to.include({ leftOut });
        expect(crops.faces.map(({ crop: _picture, ...face }) => face)).to.deep.equal(faces);
      } finally {
        await detector.close();
      }
      expect((await post('/v1/redact?maxYaw=20', form(['image', standardPng()]))).status).to.equal(400);
    });

    it('tells which way is up if asked for, in every form of answer', async () => {
      const image = await toSharp(standardPicture()).rotate(180).png().toBuffer();
      const query = '?orientation=auto';
      for (const route of ['faces', 'crops', 'focal-point'])
        expect(await (await post(`/v1/${route}${query}`, form(['image', image]))).json(), route).to.include({
          turn: 180,
        });
      const lines = await (await post(`/v1/batch${query}`, form(['image', image]))).text();
      expect(JSON.parse(lines)).to.include({ turn: 180 });
      expect((await post('/v1/faces?orientation=up', form(['image', image]))).status).to.equal(400);
    });

    it('keeps a request id that is one, and makes one otherwise', async () => {
      const get = async (id: string) =>
        (await fetch(`${service.origin}/v1/models`, { headers: { 'X-Request-Id': id } })).headers.get('x-request-id');
      expect(await get('job-12.a_B')).to.equal('job-12.a_B');
      expect(await get('not an id')).to.match(/^[\da-f]{8}-[\da-f-]{27}$/);
    });
  });

  describe('POST /v1/batch', () => {
    const lines = async (response: Response) =>
      (await response.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { index: number; name?: string; faces?: Face[]; error?: Problem });

    it('answers a line for each image in order; a bad one does not spoil the rest', async () => {
      const png = standardPng();
      const body = form(
        ['image', png, 'a.png'],
        ['image', Buffer.from('nothing'), 'b.txt'],
        ['file', Buffer.alloc(1_000_001), 'c.bin'],
        ['image', png, 'd.png'],
      );
      const response = await post('/v1/batch?maxFaces=2', body);
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.match(/^application\/x-ndjson/);
      const answers = (await lines(response)).map(({ index, name, faces, error }) => [
        index,
        name,
        faces?.length,
        error?.code,
      ]);
      expect(answers).to.deep.equal([
        [0, 'a.png', 2, undefined],
        [1, 'b.txt', undefined, 'UNSUPPORTED_FORMAT'],
        [2, 'c.bin', undefined, 'BODY_TOO_LARGE'],
        [3, 'd.png', 2, undefined],
      ]);
    });

    it('sends each line as its image is done, while the rest is still to come', async () => {
      const part = filePart(standardPng());
      let send: (bytes: Buffer | undefined) => void = () => undefined;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          send = (bytes) => (bytes ? controller.enqueue(new Uint8Array(bytes)) : controller.close());
        },
      });
      // The parser knows that a part has ended when the next one begins.
      send(Buffer.concat([part, part.subarray(0, 100)]));
      const response = await fetch(`${service.origin}/v1/batch`, {
        method: 'POST',
        body,
        headers: { 'Content-Type': formType },
        duplex: 'half',
      } as RequestInit);
      const reader = response.body?.getReader();
      const first = await reader?.read();
      expect(Buffer.from(first?.value ?? []).toString()).to.match(
        /^\{"index":0,"name":"a.png","model":"mtcnn",.*\}\n$/,
      );
      send(Buffer.concat([part.subarray(100), formEnd]));
      send(undefined);
      const second = await reader?.read();
      expect(Buffer.from(second?.value ?? []).toString()).to.match(/^\{"index":1,/);
      expect((await reader?.read())?.done).to.equal(true);
    });

    it('ends with a line that says why where the form is broken or too long', async () => {
      const part = filePart(standardPng());
      const type = { 'Content-Type': formType };
      const cases: [Buffer, number, string][] = [
        [Buffer.concat([part, part]), 1, 'MALFORMED_BODY'], // cut: the second image has no end
        [
          Buffer.concat([part, Buffer.from('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'), formEnd]),
          1,
          'MALFORMED_BODY',
        ],
        [Buffer.concat([...Array<Buffer>(6).fill(part), formEnd]), 5, 'BODY_TOO_LARGE'],
      ];
      for (const [body, images, code] of cases) {
        const answers = await lines(await post('/v1/batch', body, type));
        expect(answers.slice(0, -1).every(({ faces }) => faces?.length === 4)).to.equal(true);
        expect(answers).to.have.length(images + 1);
        expect(answers.at(-1)?.error?.code).to.equal(code);
      }
    });

    it('refuses what is no batch before anything is sent', async () => {
      const png = standardPng();
      const cases: [ask: () => Promise<Response>, answer: string][] = [
        [() => post('/v1/batch', png, { 'Content-Type': 'image/png' }), '400 MALFORMED_BODY'],
        [() => post('/v1/batch', form(['note', 'x'])), '400 MALFORMED_BODY'],
        [() => post('/v1/batch', formEnd, { 'Content-Type': formType }), '400 IMAGE_MISSING'],
        [() => post('/v1/batch?maxFaces=0', form(['image', png])), '400 INVALID_OPTION'],
      ];
      for (const [ask, start] of cases) expect((await problemOf(await ask())).split(':')[0]).to.equal(start);
      // The service read on for no more than a body of one image, and a client that was cut off while sending could miss the answer.
      const wire = await openWire(service.origin);
      const broken: Error[] = [];
      wire.socket.on('error', (error) => broken.push(error));
      wire.socket.write(postHead('/v1/batch', { 'Content-Type': formType, 'Content-Length': 12_000_000 }));
      wire.socket.write(Buffer.alloc(12_000_000));
      await wire.until(/^HTTP\/1.1 413 [\s\S]*BODY_TOO_LARGE/);
      await wire.closed;
      expect(broken).to.deep.equal([]);
    });
  });

  it('GET /v1/models tells what is loaded, its licence and the defaults', async () => {
    const { models } = (await (await fetch(`${service.origin}/v1/models`)).json()) as {
      models: { name: string; licence: string; landmarks: boolean; defaults: Record<string, unknown> }[];
    };
    expect(models).to.have.length(1);
    expect(models[0]).to.include({ name: 'mtcnn', licence: 'MIT', landmarks: true, isDefault: true });
    expect(models[0]?.defaults).to.include({ minFaceSize: 20, scaleFactor: 0.707, maxSide: null, sort: 'confidence' });
  });

  it('a picture whose header lies about a huge size is refused before it is decoded', async () => {
    const header = Buffer.from(standardPng());
    header.writeUInt32BE(19_000, 16);
    header.writeUInt32BE(19_000, 20);
    const response = await post('/v1/faces', header, { 'Content-Type': 'image/png' });
    expect(await problemOf(response)).to.match(/^413 TOO_MANY_PIXELS: .*19000 x 19000/);
  });

  it('boxes are clipped unless clip=false', async () => {
    const cut = await toSharp(drawFaces(240, 260, [{ x: 120, y: 32, height: 140 }]))
      .png()
      .toBuffer();
    const box = async (query: string) => {
      const { faces } = (await (
        await post(`/v1/faces${query}`, cut, { 'Content-Type': 'image/png' })
      ).json()) as Answer;
      return faces[0]?.box;
    };
    expect((await box(''))?.y).to.equal(0);
    expect((await box('?clip=false'))?.y).to.be.below(0);
  });
});
