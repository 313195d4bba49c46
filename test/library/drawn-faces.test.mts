import { expect } from 'chai';
import { drawnAnswers, drawnPicture } from '../fixtures/drawn-answers.mjs';

describe('drawFaces', () => {
  it('draws the pictures that the replaced service has answered, pixel for pixel', () => {
    const pictures = drawnAnswers();
    expect(pictures).to.have.length(24);
    for (const drawn of pictures) drawnPicture(drawn);
  });

  it('which a change of it would not, whatever the detector finds', () => {
    const [first] = drawnAnswers();
    if (!first) throw new Error('no picture');
    const [face, ...others] = first.faces;
    if (!face) throw new Error('no face');
    const moved = { ...first, faces: [{ ...face, x: face.x + 0.01 }, ...others] };
    expect(() => drawnPicture(moved)).to.throw(/^drawn picture 0, 800 x 500: drawFaces has changed/);
  });
});
