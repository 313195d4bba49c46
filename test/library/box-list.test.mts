import { expect } from 'chai';
import { type BoxListRule, copyOf, expectedBoxes, fitsBoxes, parseBoxes } from '#dist/library/box-list.js';

const boxes: BoxListRule = { kind: 'boxes', max: 3 };
const faces: BoxListRule = { kind: 'boxes', max: 3, orFaces: true };
const box = { x: 1.5, y: -2, width: 30, height: 4e1 };

describe('lists of boxes', () => {
  it('are read off a short text or JSON', () => {
    expect(parseBoxes(boxes, '1.5,-2,30,4e1')).to.deep.equal([box]);
    expect(parseBoxes(boxes, ' 1.5, -2 ,30,40 ; 0,0,1,1')).to.deep.equal([box, { x: 0, y: 0, width: 1, height: 1 }]);
    expect(parseBoxes(boxes, JSON.stringify([box]))).to.deep.equal([box]);
    expect(parseBoxes(boxes, '[]')).to.deep.equal([]);
    expect(parseBoxes(faces, '0;2;1.5,-2,30,40')).to.deep.equal([0, 2, box]);
    expect(parseBoxes(faces, JSON.stringify([2, box]))).to.deep.equal([2, box]);
  });

  it('number faces from where their rule says', () => {
    expect(parseBoxes({ ...faces, firstFace: 1 }, '1;3')).to.deep.equal([0, 2]);
    expect(parseBoxes({ ...faces, firstFace: 1 }, '[3]')).to.deep.equal([2]);
    expect(parseBoxes({ ...faces, firstFace: 1 }, '0')).to.equal('0');
    expect(expectedBoxes({ ...faces, firstFace: 1 })).to.match(/^up to 3 faces by number, from 1, or boxes in pixels/);
  });

  // An empty text is a field that a form has left empty, not the wish to hide nothing.
  it('leave any other text as it is', () => {
    const texts = [
      '',
      ' ',
      ';',
      '1',
      '1,2',
      '1,2,3',
      '1,2,3,4,5',
      '1,2,0,4',
      '1,2,3,-4',
      'a,b,c,d',
      '1,2,3,4;',
      '[',
      '{}',
    ];
    texts.push('[1]', '[[1,2,3,4]]', '[{"x":1,"y":2,"width":3}]', 'null', '0x1,2,3,4', '1,2,3,1e999', '1,,3,4');
    for (const text of texts) {
      expect(parseBoxes(boxes, text), text).to.equal(text);
      expect(fitsBoxes(boxes, text), text).to.equal(false);
    }
    for (const text of ['-1', '1.5', '0,1', '0;;1', '1e999']) expect(parseBoxes(faces, text), text).to.equal(text);
  });

  it('have at most as many items as their rule says, and no holes', () => {
    expect(fitsBoxes(faces, [0, 1, 2])).to.equal(true);
    expect(fitsBoxes(faces, [0, 1, 2, 3])).to.equal(false);
    expect(parseBoxes(faces, '0;1;2;3')).to.equal('0;1;2;3');
    expect(fitsBoxes(faces, new Array(2))).to.equal(false);
    for (const value of [undefined, null, 0, box, [null], ['0'], [Number.NaN], [-1], [{ ...box, x: '1' }]])
      expect(fitsBoxes(faces, value)).to.equal(false);
    expect(fitsBoxes(boxes, [0])).to.equal(false);
  });

  it('are copied without what else is in them', () => {
    const given = [2, { ...box, confidence: 1 }];
    const copy = copyOf(given);
    given[0] = 3;
    expect(copy).to.deep.equal([2, box]);
  });
});
