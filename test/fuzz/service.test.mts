import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { formType, openWire, postHead } from '../fixtures/http.mjs';
import { type Service, startService, workerPids } from '../fixtures/service.mjs';
import { type Changes, changed, changes } from './changes.mjs';
import { hold } from './hold.mjs';
import { imageFiles } from './image-files.mjs';

const files = Object.values(await imageFiles());
const paths = [
  '/face',
  '/v1/faces',
  '/v1/annotate',
  '/v1/redact',
  '/v1/crops',
  '/v1/batch',
  '/v1/focal-point',
  '/v1/crop',
  '/v1/crop?width=64&height=40',
  '/v1/crop?width=300&height=9&fit=exact&zoom=1',
];
const queries = [
  '',
  '',
  'minFaceSize=12&truncated=accept',
  'fastDecode=true&maxSide=12',
  'format=webp&quality=1',
  'orientation=auto',
  'faceQuality=true&maxRoll=20&maxYaw=30&minSharpness=5',
  'except=0&regions=1,2,30,40;-5,-5,1e3,9',
  'only=0;1,2,30,40&mode=pixelate',
  'x=%ff',
];

/** A request as it goes over the wire, its image changed more often than what is around it. */
const requests = fc.record({
  path: fc.constantFrom(...paths),
  query: fc.constantFrom(...queries),
  kind: fc.constantFrom('form', 'bare', 'json'),
  file: fc.nat(files.length - 1),
  inImage: changes,
  around: fc.oneof({ weight: 3, arbitrary: fc.constant<Changes>([]) }, changes),
});

type SentRequest = typeof requests extends fc.Arbitrary<infer T> ? T : never;

function bytesOf({ path, query, kind, file, inImage, around }: SentRequest) {
  const image = changed(files[file] ?? Buffer.alloc(0), inImage);
  const form = [
    `--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n`,
    image,
    '\r\n--x--\r\n',
  ].map((piece) => Buffer.from(piece as string));
  const [type, body] =
    kind === 'form'
      ? [formType, Buffer.concat(form)]
      : kind === 'json'
        ? ['application/json', Buffer.from(JSON.stringify({ image: image.toString('base64') }))]
        : ['image/png', image];
  const target = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
  const head = postHead(target, { 'Content-Type': type, 'Content-Length': body.length, Connection: 'close' });
  return changed(Buffer.concat([Buffer.from(head), body]), around);
}

describe('fuzzing: the service', () => {
  let service: Service;
  let workers: number[];
  before(async () => {
    service = await startService({ WORKERS: '1' });
    workers = workerPids(service);
  });
  after(() => service.stop());

  it('answers every image with what it is or why not, and lives on', () =>
    hold(
      fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 4 }), async (several) => {
        await Promise.all(
          several.map(async (request) => {
            const wire = await openWire(service.origin);
            wire.socket.write(bytesOf(request));
            // A request that is changed itself may ask for an answer that comes later or never: its client leaves.
            const mayLeave = request.around.length > 0;
            await (mayLeave ? Promise.race([wire.closed, sleep(100)]) : wire.closed);
            wire.socket.destroy();
            const answer = wire.received();
            const isAnswer = /^HTTP\/1\.1 (200|204|400|404|405|408|413|415|422|431|503|504) /.test(answer);
            expect(isAnswer || (answer === '' && mayLeave), answer.slice(0, 300)).to.equal(true);
          }),
        );
        expect(workerPids(service)).to.deep.equal(workers);
      }),
      100,
    ));
});
