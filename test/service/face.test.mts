import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import {
  goldenAnswers,
  needPhotographs,
  needWeights,
  photograph,
  photographNames,
  sharedFolder,
} from '../fixtures/available.mjs';
import { drawFaces, standardPicture, standardPng, toSharp } from '../fixtures/drawn-faces.mjs';
import { form } from '../fixtures/http.mjs';
import { expectFaceParity } from '../fixtures/parity.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

const provide = '{"message": {"image": "provide an image file"}}\n';

describe('POST /face', () => {
  let service: Service;
  let url: string;
  before(async function () {
    needWeights(this);
    service = await startService();
    url = `${service.origin}/face`;
  });
  after(() => service?.stop());

  const post = (body: FormData | string | Buffer, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', body: Buffer.isBuffer(body) ? new Uint8Array(body) : body, headers });
  const answer = async (response: Response) => `${response.status} ${await response.text()}`;

  describe('answers as the replaced service', () => {
    it('faces: integers, y first, cut toward zero, numbered by confidence, compact, with a newline', async () => {
      const response = await post(form(['image', standardPng()]));
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('application/json');
      expect(response.headers.get('x-face-model')).to.equal('mtcnn');
      const text = await response.text();
      expect(text).to.match(/^\{("face_\d+":\[-?\d+(,-?\d+){3}\],?)+\}\n$/);
      const faces = JSON.parse(text) as Record<string, number[]>;
      expect(Object.keys(faces)).to.deep.equal(['face_1', 'face_2', 'face_3', 'face_4']);
      const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = faces.face_1 ?? [];
      expect(y2 - y1).to.be.above(x2 - x1); // a face is higher than wide
    });

    it('more than nine faces: keys in the order of their text', async () => {
      const many = drawFaces(
        1200,
        300,
        Array.from({ length: 12 }, (_value, i) => ({ x: 60 + 95 * i, y: 150, height: 80 + i })),
      );
      const text = await (await post(form(['image', await toSharp(many).png().toBuffer()]))).text();
      const keys = Object.keys(JSON.parse(text) as object);
      expect(keys).to.have.length(12);
      expect(keys.slice(0, 5)).to.deep.equal(['face_1', 'face_10', 'face_11', 'face_12', 'face_2']);
    });

    it('no face: an empty object', async () => {
      const empty = await toSharp(drawFaces(300, 200, []))
        .png()
        .toBuffer();
      expect(await answer(await post(form(['image', empty])))).to.equal('200 {}\n');
    });

    it('GET and HEAD: fine', async () => {
      const response = await fetch(url);
      expect(await answer(response)).to.equal('200 {"Just":"Fine!"}\n');
      expect(response.headers.get('content-type')).to.equal('application/json');
      const head = await fetch(url, { method: 'HEAD' });
      expect(head.status).to.equal(200);
      expect(head.headers.get('content-length')).to.equal('17');
    });

    it('OPTIONS: empty, with Allow', async () => {
      const response = await fetch(url, { method: 'OPTIONS' });
      expect(await answer(response)).to.equal('200 ');
      expect(response.headers.get('allow')).to.equal('GET, HEAD, OPTIONS, POST');
    });

    it('other methods: 405 with Allow', async () => {
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const response = await fetch(url, { method });
        expect(await answer(response)).to.equal(
          '405 {"message": "The method is not allowed for the requested URL."}\n',
        );
        expect(response.headers.get('allow')).to.equal('GET, HEAD, OPTIONS, POST');
      }
    });

    it('no usable file: 400 with its words', async () => {
      const boundary = { 'Content-Type': 'multipart/form-data; boundary=x' };
      const part = '--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n';
      const cases: [string, Promise<Response>][] = [
        ['no body', post('')],
        ['wrong field', post(form(['file', standardPng()]))],
        ['text instead of a file', post(form(['image', 'text']))],
        ['not a form', post(standardPng(), { 'Content-Type': 'image/png' })],
        [
          'JSON, which POST_TYPE=FORM does not take',
          post('{"image":"aGVsbG8="}', { 'Content-Type': 'application/json' }),
        ],
        ['no boundary', post('--x', { 'Content-Type': 'multipart/form-data' })],
        ['nothing in the form', post('--x--\r\n', boundary)],
        ['no terminator', post(`${part}bytes`, boundary)],
        [
          'a header that ends at once',
          post('--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n--x--', boundary),
        ],
        [
          'a part without a name',
          post('--x\r\nContent-Disposition: form-data; filename="a"\r\n\r\nbytes\r\n--x--\r\n', boundary),
        ],
        ['garbage', post('garbage', boundary)],
      ];
      for (const [name, response] of cases) expect(await answer(await response), name).to.equal(`400 ${provide}`);
    });

    it('a compressed body, by its header: 415 with the reason, as elsewhere', async () => {
      const response = await fetch(`${service.origin}/face`, {
        method: 'POST',
        body: form(['image', standardPng()]),
        headers: { 'Content-Encoding': 'gzip' },
      });
      expect([response.status, await response.text()]).to.deep.equal([
        415,
        '{"message": "the body must not be compressed, got Content-Encoding gzip"}\n',
      ]);
    });

    it('two images: the first one wins', async () => {
      const empty = await toSharp(drawFaces(300, 200, []))
        .png()
        .toBuffer();
      expect(await answer(await post(form(['image', empty], ['image', standardPng()])))).to.equal('200 {}\n');
      const two = await (await post(form(['image', standardPng()], ['image', empty]))).text();
      expect(Object.keys(JSON.parse(two) as object)).to.have.length(4);
    });

    it('fields it does not know are ignored', async () => {
      const text = await (
        await post(form(['note', 'hello'], ['other', standardPng()], ['image', standardPng()]))
      ).text();
      expect(Object.keys(JSON.parse(text) as object)).to.have.length(4);
    });

    it('a box that reaches beyond the picture stays as it is', async () => {
      const cut = drawFaces(240, 260, [{ x: 120, y: 32, height: 140 }]);
      const text = await (await post(form(['image', await toSharp(cut).png().toBuffer()]))).text();
      const [box] = Object.values(JSON.parse(text) as Record<string, number[]>);
      expect(box?.[0]).to.be.below(0);
    });

    for (const name of photographNames()) {
      it(name, async function () {
        needPhotographs(this);
        const golden = goldenAnswers()[name];
        if (!golden) throw new Error(`there is no golden answer for ${name}`);
        expectFaceParity(await (await post(form(['image', photograph(name)]))).text(), golden.faces);
      });
    }

    it('movie-stars.jpg byte for byte, by the curl line of the README', function () {
      needPhotographs(this);
      const image = path.join(sharedFolder, 'images', 'movie-stars.jpg');
      const text = execFileSync('curl', ['-s', '-F', `image=@${image}`, url], { encoding: 'utf8' });
      expect(text).to.equal(
        '{"face_1":[269,505,571,726],"face_10":[73,719,186,809],"face_11":[52,829,172,931],"face_2":[57,460,187,550],' +
          '"face_3":[69,15,291,186],"face_4":[49,181,185,279],"face_5":[53,318,205,424],"face_6":[18,597,144,716],' +
          '"face_7":[251,294,474,444],"face_8":[217,177,403,315],"face_9":[175,765,373,917]}\n',
      );
    });
  });

  describe('differs from it only for the better', () => {
    it('what is no image: 415 or 422 with the reason', async () => {
      const png = standardPng();
      const jpeg = await toSharp(standardPicture()).jpeg().toBuffer();
      const cases: [Buffer, string][] = [
        [
          Buffer.from('<html></html>'),
          '415 {"message": "the data is not an image of a known format: send JPEG, PNG, WebP, BMP, TIFF or PNM; also HEIC, AVIF or GIF"}\n',
        ],
        [
          Buffer.from('8BPS....'),
          '415 {"message": "Photoshop is not supported: send JPEG, PNG, WebP, BMP, TIFF or PNM; also HEIC, AVIF or GIF"}\n',
        ],
        [Buffer.alloc(0), '422 {"message": "the image is empty"}\n'],
        [jpeg.subarray(0, jpeg.byteLength / 2), '422 {"message": "the image ends early: part of it is missing"}\n'],
        [Buffer.concat([png.subarray(0, 60), Buffer.alloc(png.byteLength)]), '422 '],
      ];
      for (const [bytes, expected] of cases)
        expect(await answer(await post(form(['image', bytes])))).to.match(
          new RegExp(`^${expected.replace(/[{}]/g, '\\$&')}`),
        );
    });

    it('a picture of too many pixels: 413 before it is decoded', async () => {
      const header = Buffer.from(standardPng());
      header.writeUInt32BE(19_000, 16);
      header.writeUInt32BE(19_000, 20);
      expect(await answer(await post(form(['image', header])))).to.match(/^413 .*19000 x 19000 pixels/);
    });

    it('a body over the limit: 413, declared or not', async () => {
      const tooLarge = Buffer.alloc(21 * 2 ** 20, 1);
      expect(await answer(await post(form(['image', tooLarge])))).to.match(
        /^413 \{"message": "the request body may have 20971520 bytes at most"\}/,
      );
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(
            new TextEncoder().encode('--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'),
          );
          controller.enqueue(new Uint8Array(tooLarge));
          controller.close();
        },
      });
      const chunked = await fetch(url, {
        method: 'POST',
        body: stream,
        headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
        duplex: 'half',
      } as RequestInit);
      expect(chunked.status).to.equal(413);
    });

    it('elsewhere: 404', async () => {
      for (const path of ['/faces', '/face/', '/FACE']) {
        const response = await fetch(service.origin + path);
        expect(response.status, path).to.equal(404);
        expect(await response.json()).to.include({
          code: 'NOT_FOUND',
          detail: 'there is nothing here: send images to /face or /v1/faces',
        });
      }
    });
  });

  describe('keeps going', () => {
    it('when a client leaves in the middle of its upload or of its search', async () => {
      const body = `--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n`;
      const large = await toSharp(drawFaces(2400, 1800, []))
        .png({ compressionLevel: 1 })
        .toBuffer();
      for (const content of [Buffer.from('half of it'), Buffer.concat([large, Buffer.from('\r\n--x--\r\n')])]) {
        const length = body.length + content.byteLength + (content.byteLength < 100 ? 1000 : 0);
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(
          `POST /face HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${length}\r\n\r\n${body}`,
        );
        socket.write(content);
        await sleep(100);
        socket.destroy();
      }
      expect((await post(form(['image', standardPng()]))).status).to.equal(200);
      expect(service.process.exitCode).to.equal(null);
    });

    it('through a hundred requests at once', async () => {
      const small = await toSharp(drawFaces(160, 160, [{ x: 80, y: 80, height: 90 }]))
        .png()
        .toBuffer();
      const answers = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const response = await post(form(['image', small]));
          const text = await response.text();
          if (response.status === 503) expect(response.headers.get('retry-after')).to.equal('1');
          return `${response.status} ${text}`;
        }),
      );
      const busy = /^503 \{"message": "too many requests (of this client )?are waiting: try again later"\}\n$/;
      const searched = answers.filter((text) => !busy.test(text));
      expect(searched[0]).to.match(/^200 \{"face_1":\[/);
      expect(new Set(searched).size).to.equal(1);
    });
  });
});

describe('POST /face with POST_TYPE=JSON', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService({ POST_TYPE: 'JSON', ENDPOINT: '/find/faces', DEBUGGING: 'true', ENGINE: 'opencv' });
  });
  after(() => service?.stop());

  const post = async (body: string) => {
    const response = await fetch(`${service.origin}/find/faces`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json' },
    });
    return { status: response.status, text: await response.text() };
  };

  it('takes base64 with and without a data: prefix, wherever ENDPOINT says', async () => {
    const base64 = standardPng().toString('base64');
    const wrapped = base64.replace(/.{76}/g, '$&\r\n');
    for (const image of [base64, `data:image/png;base64,${base64}`, wrapped]) {
      const { status, text } = await post(JSON.stringify({ image }));
      expect(status).to.equal(200);
      expect(Object.keys(JSON.parse(text) as object)).to.have.length(4);
    }
  });

  it("runs on OpenCV's networks where ENGINE says so", async () => {
    const { models } = (await (await fetch(`${service.origin}/v1/models`)).json()) as { models: object[] };
    expect(models[0]).to.include({ name: 'mtcnn', engine: 'opencv' });
  });

  it('answers 400 where there is none', async () => {
    for (const body of [
      '',
      '{',
      '[]',
      'null',
      '5',
      '{}',
      '{"image":5}',
      '{"image":"no base64!"}',
      '{"file":"aGVsbG8="}',
    ]) {
      expect(await post(body), body).to.deep.equal({ status: 400, text: provide });
    }
    expect((await post('{"image":""}')).status).to.equal(422);
    expect((await post('{"image":"aGVsbG8="}')).status).to.equal(415);
  });

  it('answers 413 for a body over the limit', async () => {
    expect((await post(`{"image":"${'A'.repeat(21 * 2 ** 20)}"}`)).status).to.equal(413);
  });

  it('with DEBUGGING writes a line for each request', async () => {
    await post('{}');
    expect(service.output()).to.match(/"method":"POST","path":"\/find\/faces",.*"status":400,"code":"IMAGE_MISSING"/);
  });
});

describe('the whole command in a folder of its own', () => {
  it('leaves no file behind', async function () {
    needWeights(this);
    const folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    try {
      const service = await startService({ TMPDIR: folder });
      await fetch(`${service.origin}/face`, { method: 'POST', body: form(['image', standardPng()]) });
      expect(await service.stop()).to.equal(0);
      expect(execFileSync('ls', ['-A', folder], { encoding: 'utf8' })).to.equal('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
