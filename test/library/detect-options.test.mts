import { expect } from 'chai';
import { checkOptions, resolveOptions } from '#dist/library/detect-options.js';
import { FaceDetectorError } from '#dist/library/face-detector-error.js';

function refusal(options: object): string {
  try {
    checkOptions(options);
  } catch (error) {
    expect(error).to.be.instanceOf(FaceDetectorError).with.property('code', 'INVALID_OPTION');
    return (error as Error).message;
  }
  return 'accepted';
}

describe('options', () => {
  it('says what was expected and what came', () => {
    expect(refusal({ minFaceSize: 'abc' })).to.equal('minFaceSize must be an integer from 12 to 4096, got "abc"');
    expect(refusal({ sort: 'size' })).to.equal('sort must be "confidence" or "area", got "size"');
    expect(refusal({ clip: 1 })).to.equal('clip must be true or false, got 1');
    expect(refusal({ minFaceSize: 'x'.repeat(1000) }).length).to.be.below(150);
  });

  it('takes the ends of every range and nothing beyond', () => {
    const ranges: [string, number[], unknown[]][] = [
      ['minFaceSize', [12, 20, 4096], [11, 4097, 20.5, Number.NaN, '20', null, -20, 0]],
      ['pnetThreshold', [0, 0.5, 1], [-0.01, 1.01, Number.NaN, Number.POSITIVE_INFINITY, '0.5']],
      ['rnetThreshold', [0, 1], [2]],
      ['onetThreshold', [0, 1], [2]],
      ['threshold', [0, 1], [2]],
      ['scaleFactor', [0.3, 0.709, 0.95], [0, 0.29, 0.96, 1, 2, Number.NaN]],
      ['maxFaces', [1, 100_000], [0, 1.5, -1]],
      ['maxSide', [12, 65_535], [11, 65_536, 0]],
      ['maxPixels', [1, 2 ** 30], [0, 2 ** 30 + 1]],
      ['maxRoll', [0, 180], [-1, 181, '20']],
      ['maxYaw', [0, 90], [-1, 91]],
      ['minSharpness', [0, 1e6], [-1, 1e7, Number.NaN]],
      ['maxCpuMs', [1, 3_600_000], [0, 3_600_001, 1.5]],
    ];
    for (const [name, good, bad] of ranges) {
      for (const value of good) expect(refusal({ [name]: value }), `${name} ${value}`).to.equal('accepted');
      for (const value of bad)
        expect(refusal({ [name]: value }), `${name} ${value}`).to.match(new RegExp(`^${name} must be`));
    }
  });

  it('refuses a name that is no option, also one that every object has', () => {
    expect(refusal({ minFacesize: 20 })).to.match(/^there is no option "minFacesize": minFaceSize, /);
    expect(refusal({ constructor: 20 })).to.match(/^there is no option "constructor"/);
  });

  it('refuses threshold beside onetThreshold, its other name', () => {
    expect(refusal({ threshold: 0.5, onetThreshold: 0.5 })).to.match(/^threshold is another name/);
  });

  it('takes undefined for absent', () => {
    expect(refusal({ minFaceSize: undefined })).to.equal('accepted');
  });

  it("resolves a call's options over the detector's over the defaults", () => {
    const defaults = resolveOptions({}, {});
    expect(defaults).to.deep.equal({
      minFaceSize: 20,
      pnetThreshold: 0.6,
      rnetThreshold: 0.7,
      onetThreshold: 0.8,
      scaleFactor: 0.707,
      maxFaces: 0,
      maxSide: 0,
      sortByArea: false,
      clip: true,
      maxPixels: 50_000_000,
      maxCpuMs: 0,
      acceptTruncated: false,
      fastDecode: false,
      findOrientation: false,
      faceQuality: false,
      maxRoll: 180,
      maxYaw: 90,
      minSharpness: 0,
    });
    const resolved = resolveOptions(
      { minFaceSize: 40, sort: 'area', threshold: 0.9 },
      { minFaceSize: 60, truncated: 'accept' },
    );
    expect(resolved).to.include({ minFaceSize: 60, sortByArea: true, onetThreshold: 0.9, acceptTruncated: true });
    expect(resolveOptions({ fastDecode: true }, {}).fastDecode).to.equal(true);
    expect(resolveOptions({ fastDecode: true }, { fastDecode: false }).fastDecode).to.equal(false);
    expect(resolveOptions({ threshold: 0.9 }, { onetThreshold: 0.5 }).onetThreshold).to.equal(0.5);
    expect(resolveOptions({ onetThreshold: 0.9 }, { threshold: 0.5 }).onetThreshold).to.equal(0.5);
    expect(resolveOptions({ onetThreshold: 0.9 }, {}).onetThreshold).to.equal(0.9);
  });

  it("resolves a model's own threshold where none was given", () => {
    expect(resolveOptions({}, {}, 0.5).onetThreshold).to.equal(0.5);
    expect(resolveOptions({ onetThreshold: 0.9 }, {}, 0.5).onetThreshold).to.equal(0.9);
    expect(resolveOptions({ threshold: 0.9 }, {}, 0.5).onetThreshold).to.equal(0.9);
    expect(resolveOptions({}, { threshold: 0 }, 0.5).onetThreshold).to.equal(0);
  });
});
