import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { needPhotographs, needWeights, photograph, sharedFolder } from '../fixtures/available.mjs';
import { standardFaces, standardPng } from '../fixtures/drawn-faces.mjs';
import { eventually, form } from '../fixtures/http.mjs';
import { failToStart, metric, type Service, startService } from '../fixtures/service.mjs';

interface Answer {
  model: string;
  faces: { box: object; landmarks?: object }[];
}

async function search(service: Service, model: string, image: Buffer): Promise<Answer> {
  const url = `${service.origin}/v1/faces?model=${model}`;
  const response = await fetch(url, { method: 'POST', body: form(['image', image]) });
  expect(response.status, model).to.equal(200);
  return (await response.json()) as Answer;
}

async function listOf(service: Service): Promise<Record<string, unknown>[]> {
  const { models } = (await (await fetch(`${service.origin}/v1/models`)).json()) as { models: [] };
  return models;
}

describe('a service of several models', () => {
  let service: Service;
  before(async function () {
    needWeights(this);
    service = await startService({ MODELS: 'HaarcascadeCV2FaceDetector, mtcnn', FACE_DETECTION_MODEL: 'mtcnn' });
  });
  after(() => service?.stop());

  it('lists them, the default first, with licence, input and landmarks', async () => {
    const [mtcnn, haar, ...rest] = await listOf(service);
    expect(rest).to.deep.equal([]);
    expect(mtcnn).to.include({ name: 'mtcnn', isDefault: true, licence: 'MIT', landmarks: true, input: null });
    expect(haar).to.include({ name: 'haar', isDefault: false, standsInFor: null, landmarks: false, engine: 'opencv' });
    expect(mtcnn?.defaults).to.include.keys('minFaceSize', 'pnetThreshold', 'onetThreshold');
    expect(haar?.defaults).to.include.keys('minFaceSize', 'maxSide');
    expect(haar?.defaults).to.not.have.any.keys('threshold', 'pnetThreshold', 'onetThreshold');
  });

  it('searches with the one that a request names, in query, form or JSON, else with the default', async () => {
    const image = standardPng();
    expect((await search(service, 'mtcnn', image)).faces).to.have.length(standardFaces.length);
    const byHaar = await search(service, 'haar', image);
    expect(byHaar.model).to.equal('haar');
    for (const face of byHaar.faces) expect(face).to.have.all.keys('box', 'confidence');
    const post = async (body: FormData | string, headers = {}) =>
      (await (await fetch(`${service.origin}/v1/faces`, { method: 'POST', body, headers })).json()) as Answer;
    const inForm = form(['image', image]);
    inForm.set('model', 'haar');
    expect(await post(inForm)).to.deep.equal(byHaar);
    const json = JSON.stringify({ image: image.toString('base64'), model: 'haar' });
    expect(await post(json, { 'Content-Type': 'application/json' })).to.deep.equal(byHaar);
    expect((await post(form(['image', image]))).model).to.equal('mtcnn');
  });

  it('so do batch and pictures', async () => {
    const post = (route: string) =>
      fetch(service.origin + route, { method: 'POST', body: form(['image', standardPng()]) });
    const line = JSON.parse(await (await post('/v1/batch?model=haar')).text()) as Answer;
    expect(line.model).to.equal('haar');
    const crops = (await (await post('/v1/crops?model=haar&align=false')).json()) as Answer;
    expect(crops.model).to.equal('haar');
    const unaligned = await post('/v1/crops?model=haar');
    expect(await unaligned.json()).to.include({ status: 400, code: 'INVALID_OPTION' });
  });

  it('refuses one that is not loaded, naming those that are', async () => {
    const response = await fetch(`${service.origin}/v1/faces?model=yunet`, { method: 'POST', body: 'x' });
    expect(await response.json()).to.include({
      status: 400,
      detail: 'model must be "mtcnn" or "haar", got "yunet"',
    });
  });

  it('counts faces and times stages by model', async () => {
    await search(service, 'haar', standardPng());
    const stages = (model: string) =>
      metric(service, 'face_detector_stage_duration_seconds_count', `model="${model}"`, 'stage="haar"');
    await eventually('counted', async () => (await stages('haar')) > 0);
    expect(await stages('mtcnn')).to.equal(0);
    expect(await metric(service, 'face_detector_faces_total', 'model="mtcnn"')).to.be.at.least(standardFaces.length);
  });
});

describe('a service of many models', () => {
  const environment = { MODELS_DIR: path.join(sharedFolder, 'models'), WORKERS: '1' };

  it('answers each of many requests at once by the model that it names', async function () {
    needPhotographs(this);
    const names = ['yunet', 'mtcnn', 'ultralight-rfb-320', 'ssd', 'retinaface'];
    const service = await startService({ ...environment, MODELS: names.join(), QUEUE_LIMIT: '100' });
    try {
      const image = photograph('multiface.jpg');
      const alone = new Map<string, Answer>();
      for (const name of names) alone.set(name, await search(service, name, image));
      expect(new Set([...alone.values()].map((answer) => JSON.stringify(answer.faces)))).to.have.length(names.length);
      const mixed = Array.from({ length: 60 }, (_, i) => names[i % names.length] as string);
      const answers = await Promise.all(mixed.map((name) => search(service, name, image)));
      answers.forEach((answer, i) => {
        expect(answer, mixed[i]).to.deep.equal(alone.get(mixed[i] as string));
      });
      expect((await listOf(service)).map(({ name }) => name)).to.deep.equal(names);
    } finally {
      await service.stop();
    }
  });

  it('takes the names of the replaced service', async function () {
    needPhotographs(this);
    const service = await startService({ ...environment, FACE_DETECTION_MODEL: 'RetinaFaceTorchFaceDetector' });
    try {
      const body = form(['image', photograph('multiface.jpg')]);
      const response = await fetch(`${service.origin}/face`, { method: 'POST', body });
      expect(response.headers.get('x-face-model')).to.equal('retinaface');
      expect(Object.keys((await response.json()) as object)).to.have.length(6);
      const [retinaface] = await listOf(service);
      expect(retinaface).to.include({ name: 'retinaface', landmarks: true });
      expect(retinaface?.['input']).to.deep.equal({ width: 640, height: 640, fit: 'letterbox' });
    } finally {
      await service.stop();
    }
  });

  it('does not start where the weights of any are missing', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
    try {
      const { status, output } = await failToStart({ MODELS: 'haar,yunet', MODELS_DIR: folder });
      expect(status).to.equal(1);
      expect(output).to.match(
        /^opencv-face-detector: weights yunet\/.*: not there. Fetch them: .* models fetch yunet --models-dir .*\n$/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
