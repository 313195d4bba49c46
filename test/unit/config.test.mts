import { expect } from 'chai';
import { ConfigError, readConfig } from '#dist/server/config.js';

describe('configuration of the service', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).to.deep.equal({
      port: 8000,
      host: undefined,
      endpoint: '/face',
      model: undefined,
      postType: 'FORM',
      debugging: false,
      maxBodyBytes: 20_971_520,
      maxPixels: 50_000_000,
    });
    expect(readConfig({ PORT_NUMBER: '', POST_TYPE: '' })).to.deep.equal(readConfig({}));
  });

  it("takes the replaced service's variables, and its names of detectors", () => {
    const config = readConfig({
      ENDPOINT: '/faces/find',
      PORT_NUMBER: '660',
      FACE_DETECTION_MODEL: 'MTCNNTorchFaceDetector',
      POST_TYPE: 'JSON',
      DEBUGGING: 'True',
    });
    expect(config).to.include({
      endpoint: '/faces/find',
      port: 660,
      model: 'mtcnn',
      postType: 'JSON',
      debugging: true,
    });
    expect(readConfig({ FACE_DETECTION_MODEL: 'HaarcascadeCV2FaceDetector' }).model).to.equal('haar');
    expect(readConfig({ FACE_DETECTION_MODEL: 'haar' }).model).to.equal('haar');
  });

  it('refuses a value that a variable cannot have, naming both', () => {
    const bad: [string, string][] = [
      ['PORT_NUMBER', '80a'],
      ['PORT_NUMBER', '70000'],
      ['PORT_NUMBER', '-1'],
      ['ENDPOINT', 'face'],
      ['ENDPOINT', '/face/'],
      ['ENDPOINT', '/fa ce'],
      ['ENDPOINT', '/:id'],
      ['ENDPOINT', '/*x'],
      ['FACE_DETECTION_MODEL', 'nonsense'],
      ['POST_TYPE', 'form'],
      ['POST_TYPE', 'XML'],
      ['DEBUGGING', 'maybe'],
      ['MAX_BODY_BYTES', '20MB'],
      ['MAX_PIXELS', '0'],
    ];
    for (const [name, value] of bad) {
      expect(() => readConfig({ [name]: value }), `${name}=${value}`)
        .to.throw(ConfigError)
        .with.property('message')
        .that.matches(new RegExp(`^${name} must be .*, got ${JSON.stringify(value).replace(/[*]/g, '\\*')}$`));
    }
    expect(() => readConfig({ POST_TYPE: 'XML' })).to.throw('POST_TYPE must be FORM or JSON, got "XML"');
  });
});
