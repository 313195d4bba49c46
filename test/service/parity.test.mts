import { expect } from 'chai';
import type { Face } from 'opencv-face-detector';
import { needWeights } from '../fixtures/available.mjs';
import { drawnAnswers, drawnPng } from '../fixtures/drawn-answers.mjs';
import { form } from '../fixtures/http.mjs';
import { expectFaceParity, expectParity } from '../fixtures/parity.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

// Photographs go through /face in face.test.mts.
for (const engine of ['fused', 'opencv']) {
  describe(`parity with the replaced service, through HTTP, engine ${engine}`, () => {
    let service: Service;
    before(async function () {
      needWeights(this);
      service = await startService({ ENGINE: engine });
      const { models } = (await (await fetch(`${service.origin}/v1/models`)).json()) as { models: object[] };
      expect(models[0]).to.include({ name: 'mtcnn', engine });
    });
    after(() => service?.stop());

    for (const drawn of drawnAnswers()) {
      it(`${drawn.name}: /face and /v1/faces`, async () => {
        const post = (path: string) =>
          fetch(service.origin + path, { method: 'POST', body: form(['image', drawnPng(drawn)]) });
        expectFaceParity(await (await post('/face')).text(), drawn.reference);
        const answer = (await (await post('/v1/faces')).json()) as { image: object; faces: Face[] };
        expect(answer.image).to.deep.equal({ width: drawn.width, height: drawn.height });
        expectParity(answer.faces, drawn.reference);
      });
    }
  });
}
