import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { goldenAnswers, needPhotographs, sharedFolder } from '../../fixtures/available.mjs';
import { parseAnnotations } from '../../fixtures/evaluate-modules.mjs';

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

describe('annotations of WIDER FACE', () => {
  it('have boxes, of which invalid ones and those without area are ignored', () => {
    const text = `0--Parade/0_Parade_a b_1.jpg
3
449 330 122 149 1 1 1 0 1 1
5 6 7 8 2 0 1 1 2 1
9 9 0 4 0 0 0 0 0 0
1--Handshaking/b.jpg
1
1 2 3 4 0 0 0 0 0 0
`;
    expect(parseAnnotations(text)).to.deep.equal([
      {
        name: '0--Parade/0_Parade_a b_1.jpg',
        faces: [
          { box: box(449, 330, 122, 149), isIgnored: false },
          { box: box(5, 6, 7, 8), isIgnored: true },
          { box: box(9, 9, 0, 4), isIgnored: true },
        ],
      },
      { name: '1--Handshaking/b.jpg', faces: [{ box: box(1, 2, 3, 4), isIgnored: false }] },
    ]);
  });

  it('have a line of zeros on an image without faces, which other lists leave out', () => {
    const next = 'b.jpg\n1\n1 2 3 4 0 0 0 0 0 0\n';
    for (const zeros of ['0 0 0 0 0 0 0 0 0 0 \n', '']) {
      const [none, one] = parseAnnotations(`a.jpg\n0\n${zeros}${next}`);
      expect(none).to.deep.equal({ name: 'a.jpg', faces: [] });
      expect(one?.faces).to.have.length(1);
    }
    expect(parseAnnotations('a.jpg\n0\n0 0 0 0 0 0 0 0 0 0')).to.deep.equal([{ name: 'a.jpg', faces: [] }]);
  });

  it('are read with the ends of lines, the mark and the blank lines that editors on Windows leave', () => {
    const text = '\uFEFFa.jpg\r\n1\r\n1 2 3 4 0 0 0 0 0 0 \r\n\r\n';
    expect(parseAnnotations(text)).to.deep.equal([
      { name: 'a.jpg', faces: [{ box: box(1, 2, 3, 4), isIgnored: false }] },
    ]);
  });
});

describe('annotations of FDDB', () => {
  const face = (line: string) => {
    const [{ box: found } = { box: box(0, 0, 0, 0) }] =
      parseAnnotations(`2002/08/11/big/img_591\n1\n${line}\n`)[0]?.faces ?? [];
    return found;
  };
  const near = (found: object, expected: object) => {
    for (const [key, value] of Object.entries(expected))
      expect(found)
        .to.have.property(key)
        .closeTo(value as number, 1e-9);
  };

  it('are ellipses, of which the box is what circumscribes them', () => {
    near(face('40 30 0 100 200  1'), box(60, 170, 80, 60)); // its major axis lies
    near(face(`40 30 ${Math.PI / 2} 100 200  1`), box(70, 160, 60, 80)); // stands
    near(face(`40 30 ${-Math.PI / 2} 100 200  1`), box(70, 160, 60, 80));
    // At 45 degrees half the side is the root of the mean of both squares: of (50² + 10²) / 2.
    const half = Math.sqrt(1300);
    near(face(`50 10 ${Math.PI / 4} 0 0  1`), box(-half, -half, 2 * half, 2 * half));
  });

  it('touch their boxes on all four sides, at any angle', () => {
    for (const angle of [0.3, 1.2, -0.7, 2.9]) {
      const { x, y, width, height } = face(`123.5 85.25 ${angle} 269.5 161.75  1`);
      const around = Array.from({ length: 20_000 }, (_none, i) => (i * Math.PI) / 10_000).map((turn) => {
        const [along, across] = [123.5 * Math.cos(turn), 85.25 * Math.sin(turn)];
        return [
          269.5 + along * Math.cos(angle) - across * Math.sin(angle),
          161.75 + along * Math.sin(angle) + across * Math.cos(angle),
        ] as const;
      });
      const [xs, ys] = [around.map(([first]) => first), around.map(([, second]) => second)];
      const touched = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
      for (const [i, side] of [x, y, x + width, y + height].entries())
        expect(side).to.be.closeTo(touched[i] ?? 0, 1e-3);
    }
  });
});

describe('answers of a detector as annotations', () => {
  it('are those of ../shared/golden', function () {
    needPhotographs(this);
    const images = parseAnnotations(readFileSync(path.join(sharedFolder, 'golden', 'deep_utils.json'), 'utf8'));
    const golden = Object.entries(goldenAnswers());
    expect(images.map(({ name, faces }) => [name, faces.length])).to.deep.equal(
      golden.map(([name, { faces }]) => [name, faces.length]),
    );
    expect(images.flatMap(({ faces }) => faces)).to.have.length(359);
  });

  it('have corners, which become sides', () => {
    expect(
      parseAnnotations('{"a.jpg":{"faces":[{"box":[-2,3,10,20],"confidence":1}]},"b.jpg":{"faces":[]}}'),
    ).to.deep.equal([
      { name: 'a.jpg', faces: [{ box: box(-2, 3, 12, 17), isIgnored: false }] },
      { name: 'b.jpg', faces: [] },
    ]);
  });
});

describe('annotations that cannot be read', () => {
  const row = '1 2 3 4 0 0 0 0 0 0';
  const cases: [string, string, RegExp][] = [
    ['with a word for the count', `a.jpg\nmany\n${row}`, /^line 2: "many" is no number of faces$/],
    ['with a negative count', `a.jpg\n-1\n${row}`, /^line 2: "-1" is no number/],
    ['with four numbers for a face', 'a.jpg\n1\n1 2 3 4', /^line 3: "1 2 3 4" instead of the 10 numbers .* or 6/],
    ['with a word in a face', 'a.jpg\n1\n1 2 x 4 0 0 0 0 0 0', /^line 3: /],
    ['with fewer faces than the count', `a.jpg\n2\n${row}\nb.jpg\n1\n${row}`, /^line 4: "b.jpg" instead of/],
    ['with more faces than the count', `a.jpg\n1\n${row}\n${row}\nb.jpg\n0`, /^line 4: a face more than the count/],
    [
      'with a count beyond all lists',
      `a.jpg\n99999999999\n${row}`,
      /^line 3: the file ends where face 2 of 99999999999/,
    ],
    ['that end within an image', `a.jpg\n3\n${row}\n`, /^line 4: the file ends where face 2 of 3 of a.jpg/],
    ['that end before a count', 'a.jpg', /^line 1: the file ends where the number of faces of a.jpg/],
    ['that name an image twice', `a.jpg\n1\n${row}\nb.jpg\n0\na.jpg\n0`, /^line 6: a.jpg for the second time$/],
    ['that are empty', ' \n\n', /^there are no annotations in it$/],
    ['that are broken JSON', '{"a.jpg":', /JSON/],
    ['without faces in JSON', '{"a.jpg":{"boxes":[]}}', /^a.jpg has no list called faces$/],
    ['with three numbers for a box in JSON', '{"a.jpg":{"faces":[{"box":[1,2,3]}]}}', /^a.jpg, face 1: its box/],
    ['with nothing for a face in JSON', '{"a.jpg":{"faces":[null]}}', /^a.jpg, face 1: its box/],
  ];
  for (const [name, text, reason] of cases) {
    it(`${name} are refused, with the place`, () => {
      expect(() => parseAnnotations(text)).to.throw(reason);
    });
  }
});
