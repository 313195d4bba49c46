import { expect } from 'chai';
import { type Format, formats } from '#dist/cli/detect/formats.js';
import { failure, type ImageRecord } from '#dist/cli/detect/record.js';
import { table } from '#dist/cli/detect/table.js';

const face = (x: number) => ({
  box: { x, y: 2.5, width: 30, height: 40 },
  confidence: 0.98765,
  landmarks: {
    leftEye: { x: 1, y: 2 },
    rightEye: { x: 3, y: 4 },
    nose: { x: 5, y: 6 },
    mouthLeft: { x: 7, y: 8 },
    mouthRight: { x: 9, y: 10 },
  },
});

const found = (file: string, faces: ReturnType<typeof face>[]): ImageRecord => ({
  file,
  model: 'mtcnn',
  image: { width: 100, height: 80 },
  faces,
  timings: { queue: 0, decode: 1, total: 2 },
});

const records = [
  found('a, "b".jpg', [face(1), face(-12.6)]),
  failure('bad.jpg', Object.assign(new Error('line\nbreak'), { code: 'EIO' })),
  found('none.jpg', []),
];
const written = (format: Format, list = records) => format.begin() + list.map(format.record).join('') + format.end();

describe('the formats of results', () => {
  it('json is one array, also of nothing', () => {
    expect(JSON.parse(written(formats.json()))).to.deep.equal(JSON.parse(JSON.stringify(records)));
    expect(JSON.parse(written(formats.json(), []))).to.deep.equal([]);
  });

  it('ndjson is a line per image', () => {
    const lines = written(formats.ndjson()).split('\n');
    expect(lines.pop()).to.equal('');
    expect(lines.map((line) => JSON.parse(line))).to.deep.equal(JSON.parse(JSON.stringify(records)));
  });

  it('csv has what was measured in columns of its own where that was asked for', () => {
    const quality = { roll: -1.5, yaw: 2, pitch: 3, sharpness: 400, brightness: 128, size: 20 };
    const record = { ...found('a.jpg', []), faces: [{ ...face(1), quality }] };
    const lines = written(formats.csv(true), [record, ...records.slice(1)]).split('\n');
    expect(lines[0]).to.match(/,mouthRightY,roll,yaw,pitch,sharpness,brightness,size,errorCode,errorMessage$/);
    expect(lines[1]).to.match(/,9,10,-1.5,2,3,400,128,20,,$/);
    const rows = written(formats.csv(true))
      .replace('line\nbreak', '')
      .replaceAll('"a, ""b"".jpg"', 'a')
      .trimEnd()
      .split('\n');
    for (const row of rows) expect(row.split(',')).to.have.length(27);
  });

  it('csv is a row per face, of an image without one, and of an error, in the columns of its head', () => {
    expect(written(formats.csv())).to.equal(
      [
        'file,imageWidth,imageHeight,face,confidence,x,y,width,height,leftEyeX,leftEyeY,rightEyeX,rightEyeY,noseX,noseY,' +
          'mouthLeftX,mouthLeftY,mouthRightX,mouthRightY,errorCode,errorMessage',
        '"a, ""b"".jpg",100,80,1,0.98765,1,2.5,30,40,1,2,3,4,5,6,7,8,9,10,,',
        '"a, ""b"".jpg",100,80,2,0.98765,-12.6,2.5,30,40,1,2,3,4,5,6,7,8,9,10,,',
        'bad.jpg,,,,,,,,,,,,,,,,,,,EIO,"line\nbreak"',
        'none.jpg,100,80,,,,,,,,,,,,,,,,,,',
        '',
      ].join('\n'),
    );
  });

  it('csv says in each row of an image that a part of it is missing', () => {
    const warnings = [{ code: 'TRUNCATED_IMAGE' as const, message: 'the image ends early' }];
    const partial = [face(1), face(2)].map((one) => ({ ...found('cut.jpg', [one]), warnings }));
    const lines = written(formats.csv(), [...partial, { ...found('none.jpg', []), warnings }]).split('\n');
    expect(lines.slice(1, -1).map((line) => line.split(',').slice(-2))).to.deep.equal(
      Array.from({ length: 3 }, () => ['TRUNCATED_IMAGE', 'the image ends early']),
    );
  });

  it('the table has a row per face, and no row for an error', () => {
    expect(written(table(['a, "b".jpg', 'none.jpg'], undefined))).to.equal(
      [
        'FILE       FACE SCORE      X      Y  WIDTH HEIGHT',
        'a, "b".jpg    1 0.988      1      3     30     40',
        '              2 0.988    -13      3     30     40',
        'none.jpg      no face',
        '',
      ].join('\n'),
    );
  });

  // They were sent raw: a name could clear the screen, or feign a row.
  it('the table shows control characters of a name escaped, the formats for programs keep them', () => {
    const name = 'a\x1b[2J\n\u009b\u2028ä.jpg';
    const lines = written(table([name], undefined), [found(name, [])]).split('\n');
    expect(lines[1]).to.equal('a\\u001b[2J\\n\\u009b\\u2028ä.jpg    no face');
    expect(written(table([name], 100), [found(name, [])]).split('\n')[1]).to.match(/^a\\u001b\[2J\\n/);
    expect(JSON.parse(written(formats.ndjson(), [found(name, [])])).file).to.equal(name);
    expect(written(formats.csv(), [found(name, [])])).to.include(`\n"${name}",100,80,`);
  });

  it('the table fits a terminal: long names lose their start, long lists their end', () => {
    const name = `${'folder/'.repeat(20)}end.jpg`;
    const many = Array.from({ length: 12 }, (_, i) => face(i));
    const lines = written(table([name], 60), [found(name, many)])
      .trimEnd()
      .split('\n');
    expect(lines).to.have.length(1 + 10 + 1);
    for (const line of lines) expect(line.length, line).to.be.at.most(60);
    expect(lines[1]).to.match(/^….*end\.jpg {4}1 0\.988/);
    expect(lines.at(-1)).to.match(/^ +and 2 more: see --json$/);
    expect(written(table([name], undefined), [found(name, many)])).to.include(name);
  });
});
