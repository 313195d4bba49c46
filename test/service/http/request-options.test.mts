import { expect } from 'chai';
import { optionTable } from '#dist/library/detect-options.js';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';
import { readConfig } from '#dist/service/config.js';
import {
  type Entry,
  parseOptions,
  queryEntries,
  requestRules,
  serviceDefaults,
} from '#dist/service/http/request-options.js';

const rulesOf = (environment: NodeJS.ProcessEnv = {}) => requestRules(readConfig(environment), 'mtcnn');

function refusal(entries: Entry[], rules = rulesOf()): string {
  try {
    parseOptions(entries, rules);
  } catch (error) {
    expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'INVALID_OPTION');
    return (error as Error).message;
  }
  return 'accepted';
}

describe('options of a request', () => {
  describe('requestRules', () => {
    it("are the library's but for maxPixels and maxCpuMs, and the model", () => {
      const { maxPixels: _maxPixels, maxCpuMs: _maxCpuMs, ...rest } = optionTable;
      const { model, ...rules } = rulesOf();
      expect(rules).to.deep.equal({ ...rest, maxFaces: { ...rest.maxFaces, max: 1000, default: 1000 } });
      expect(model).to.include({ kind: 'choice', default: 'mtcnn' }).and.have.property('choices').deep.equal(['mtcnn']);
    });

    it('let a request choose among the models that are loaded', () => {
      const rules = requestRules(readConfig({}), 'yunet', ['yunet', 'ssd']);
      expect(rules.model).to.include({ default: 'yunet' });
      expect(parseOptions([['model', 'ssd']], rules)).to.deep.equal({ model: 'ssd' });
      expect(refusal([['model', 'mtcnn']], rules)).to.equal('model must be "yunet" or "ssd", got "mtcnn"');
    });

    it("carry the model's own threshold", () => {
      expect(requestRules(readConfig({}), 'ssd').onetThreshold).to.include({ min: 0, max: 1, default: 0.5 });
      expect(requestRules(readConfig({}), 'haar').onetThreshold).to.deep.equal(optionTable.onetThreshold);
    });

    it("carry the operator's fastDecode as the default, which a request may change", () => {
      expect(rulesOf({}).fastDecode).to.include({ kind: 'boolean', default: false });
      const rules = rulesOf({ FAST_DECODE: 'true' });
      expect(rules.fastDecode).to.include({ kind: 'boolean', default: true });
      expect(parseOptions([['fastDecode', 'false']], rules)).to.deep.equal({ fastDecode: false });
      expect(refusal([['fastDecode', '2']], rules)).to.equal('fastDecode must be true or false, got "2"');
    });

    it("carry the operator's bounds of what makes a search dear, and refuse what goes beyond", () => {
      const rules = rulesOf({ SCALE_FACTOR_CEILING: '0.8', THRESHOLD_FLOOR: '0.3', MAX_FACES: '50' });
      expect(refusal([['scaleFactor', '0.81']], rules)).to.equal(
        'scaleFactor must be a number from 0.3 to 0.8, got 0.81',
      );
      expect(refusal([['maxFaces', '51']], rules)).to.equal('maxFaces must be an integer from 1 to 50, got 51');
      for (const name of ['threshold', 'pnetThreshold', 'rnetThreshold', 'onetThreshold'])
        expect(refusal([[name, '0.2']], rules)).to.equal(`${name} must be a number from 0.3 to 1, got 0.2`);
      expect(parseOptions([['maxFaces', '50']], rules)).to.deep.equal({ maxFaces: 50 });
    });

    it("carry the operator's floor, largest side and defaults", () => {
      const { minFaceSize, maxSide } = rulesOf({ MIN_FACE_SIZE: '50', MIN_FACE_SIZE_FLOOR: '40', MAX_SIDE: '1000' });
      expect(minFaceSize).to.include({ min: 40, max: 4096, default: 50 });
      expect(maxSide).to.include({ min: 12, max: 1000, default: 1000 });
      const rules = rulesOf({ MIN_FACE_SIZE: '50', MIN_FACE_SIZE_FLOOR: '40', MAX_SIDE: '1000' });
      expect(refusal([['minFaceSize', '39']], rules)).to.equal(
        'minFaceSize must be an integer from 40 to 4096, got 39',
      );
      expect(refusal([['maxSide', '1001']], rules)).to.equal('maxSide must be an integer from 12 to 1000, got 1001');
      expect(
        parseOptions(
          [
            ['minFaceSize', '40'],
            ['maxSide', '1000'],
          ],
          rules,
        ),
      ).to.deep.equal({
        minFaceSize: 40,
        maxSide: 1000,
      });
    });
  });

  it("serviceDefaults are the operator's; without MAX_SIDE none", () => {
    const config = readConfig({
      MIN_FACE_SIZE: '50',
      MAX_PIXELS: '1000',
      MAX_SIDE: '900',
      MAX_FACES: '7',
      MAX_CPU_MS: '500',
      FAST_DECODE: 'true',
    });
    const given = { minFaceSize: 50, maxPixels: 1000, maxSide: 900, maxFaces: 7, maxCpuMs: 500, fastDecode: true };
    expect(serviceDefaults(config)).to.deep.equal(given);
    const unset = { minFaceSize: 20, maxPixels: 50_000_000, maxFaces: 1000, maxCpuMs: 10_000, fastDecode: false };
    expect(serviceDefaults(readConfig({}))).to.deep.equal(unset);
  });

  describe('parseOptions', () => {
    it('turns texts into values', () => {
      const entries: Entry[] = [
        ['minFaceSize', '40'],
        ['threshold', '0.75'],
        ['clip', 'false'],
        ['sort', 'area'],
        ['model', 'mtcnn'],
      ];
      expect(parseOptions(entries, rulesOf())).to.deep.equal({
        minFaceSize: 40,
        threshold: 0.75,
        clip: false,
        sort: 'area',
        model: 'mtcnn',
      });
      expect(parseOptions([], rulesOf())).to.deep.equal({});
    });

    // What JSON.stringify makes of 0.0000001 was refused, and so was all that Python's float() took beside plain decimals.
    it('takes numbers as JSON and other languages write them', () => {
      const numbers: [text: string, number: number][] = [
        ['1e-7', 1e-7],
        ['8E-1', 0.8],
        ['75.0e-2', 0.75],
        ['0.5e+0', 0.5],
        ['.5', 0.5],
        ['1.', 1],
        ['+0.5', 0.5],
        [' 0.5 ', 0.5], // +0.5 in a query
        ['-0', -0],
      ];
      for (const [threshold, value] of numbers)
        expect(parseOptions([['threshold', threshold]], rulesOf()), threshold).to.deep.equal({ threshold: value });
      expect(parseOptions([['minFaceSize', '4e1']], rulesOf())).to.deep.equal({ minFaceSize: 40 });
      expect(refusal([['minFaceSize', '1e999']])).to.match(/got Infinity$/);
      expect(refusal([['minFaceSize', '2e-1']])).to.match(/got 0\.2$/);
    });

    it('refuses a value that does not fit, naming the option, what was expected and what came', () => {
      const cases: [name: string, text: string, message: string][] = [
        ['minFaceSize', '11', 'minFaceSize must be an integer from 12 to 4096, got 11'],
        ['minFaceSize', '20.5', 'minFaceSize must be an integer from 12 to 4096, got 20.5'],
        ...['abc', '', '0x20', '1e', 'e2', '1e2.5', '+-20', '2 0', 'Infinity', 'NaN', '20,5', '1_000', '.', '٣'].map(
          (text): [string, string, string] => [
            'minFaceSize',
            text,
            `minFaceSize must be an integer from 12 to 4096, got ${JSON.stringify(text)}`,
          ],
        ),
        ['threshold', '1.01', 'threshold must be a number from 0 to 1, got 1.01'],
        ['threshold', '-0.1', 'threshold must be a number from 0 to 1, got -0.1'],
        ['clip', '1', 'clip must be true or false, got "1"'],
        ['clip', 'constructor', 'clip must be true or false, got "constructor"'],
        ['clip', '__proto__', 'clip must be true or false, got "__proto__"'],
        ['sort', 'size', 'sort must be "confidence" or "area", got "size"'],
        ['model', 'haar', 'model must be "mtcnn", got "haar"'],
      ];
      for (const [name, text, message] of cases) expect(refusal([[name, text]])).to.equal(message);
    });

    it('refuses an unknown option, also one that every object has and the one that is of the operator', () => {
      for (const name of [
        'minfacesize',
        'constructor',
        'toString',
        '__proto__',
        'maxPixels',
        'maxCpuMs',
        'signal',
        '',
      ]) {
        const message = refusal([[name, '20']]);
        expect(message).to.match(/^there is no option ".*": minFaceSize, maxSide, /);
        expect(message).to.include(JSON.stringify(name)).and.include(', model are known');
      }
      expect(refusal([['x'.repeat(100_000), '1']]).length).to.be.below(400);
    });

    it('refuses an option that is given twice, wherever, whatever its values', () => {
      for (const name of ['minFaceSize', 'model', 'unknown', '__proto__']) {
        expect(
          refusal([
            [name, '20'],
            ['sort', 'area'],
            [name, '20'],
          ]),
        ).to.equal(`${name} is given twice`);
      }
    });

    it('refuses threshold beside its other name', () => {
      expect(
        refusal([
          ['threshold', '0.5'],
          ['onetThreshold', '0.5'],
        ]),
      ).to.match(/^threshold is another name/);
    });
  });

  it('queryEntries reads the query of a URL, in its order, with all its repetitions', () => {
    const cases: [url: string, entries: Entry[]][] = [
      ['/v1/faces', []],
      ['/v1/faces?', []],
      [
        '/v1/faces?sort=area&minFaceSize=40',
        [
          ['sort', 'area'],
          ['minFaceSize', '40'],
        ],
      ],
      [
        '/v1/faces?a=1&a=2',
        [
          ['a', '1'],
          ['a', '2'],
        ],
      ],
      [
        '/v1/faces?a&b=',
        [
          ['a', ''],
          ['b', ''],
        ],
      ],
      ['/v1/faces?a%5B%5D=1%262?x', [['a[]', '1&2?x']]],
      ['/v1/faces?__proto__=1', [['__proto__', '1']]],
    ];
    for (const [url, entries] of cases) expect(queryEntries(url)).to.deep.equal(entries);
  });
});
