import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { checkMeasurable, type OptionRule, optionTable } from '#dist/library/detect-options.js';
import { affectsResult, modelFacts, modelNames, readManifest } from '#dist/library/model-catalog.js';
import { loadModelFiles } from '#dist/library/weights/load.js';
import { rejection } from '../fixtures/rejection.mjs';

describe("a model's files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
    for (const name of ['mtcnn', 'haar']) mkdirSync(path.join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('that are not there are named, with the command that fetches them', async () => {
    expect(await rejection(loadModelFiles('mtcnn', folder)))
      .to.include({ code: 'MODEL_MISSING' })
      .with.property('message')
      .that.matches(/^weights mtcnn\/det1.onnx: not there\..* models fetch mtcnn --models-dir .*$/);
    rmSync(path.join(folder, 'mtcnn'), { recursive: true });
    writeFileSync(path.join(folder, 'mtcnn'), 'a file where the folder should be');
    expect(await rejection(loadModelFiles('mtcnn', folder))).to.include({ code: 'MODEL_MISSING' });
  });

  it('that are not the published ones are refused', async () => {
    writeFileSync(path.join(folder, 'mtcnn', 'det1.onnx'), 'cut short');
    expect(await rejection(loadModelFiles('mtcnn', folder)))
      .to.include({ code: 'MODEL_INVALID' })
      .with.property('message')
      .that.matches(/det1.onnx: 9 bytes instead of \d+\./);
  });

  // Not as missing, for which another model may stand in.
  it('that cannot be read are refused with the reason', async () => {
    const file = path.join(folder, 'mtcnn', 'det1.onnx');
    symlinkSync(file, file);
    expect(await rejection(loadModelFiles('mtcnn', folder)))
      .to.include({ code: 'MODEL_INVALID' })
      .with.property('message')
      .that.matches(/det1.onnx: cannot be read \(ELOOP\)\./);
  });

  it('are looked for in the folder that several models share', async () => {
    const { message } = await rejection(loadModelFiles('ultralight-rfb-640', folder));
    expect(message).to.match(
      /^weights ultralight\/version-RFB-640.onnx: not there.* models fetch ultralight-rfb-640 --models-dir .*$/,
    );
  });

  it('stand in the manifest for every model but haar, with all that people should know', () => {
    const names = readManifest().map(({ name }) => name);
    expect([...names, 'haar']).to.have.members([...modelNames]);
    for (const name of modelNames) {
      const { title, licence, origin, landmarks } = modelFacts(name);
      expect(title && licence && origin, name).to.be.a('string').that.is.not.empty;
      expect(landmarks, name).to.equal(['mtcnn', 'yunet', 'retinaface'].includes(name));
    }
  });

  it("of haar come from the models' folder before the system's", async () => {
    writeFileSync(path.join(folder, 'haar', 'haarcascade_frontalface_default.xml'), 'own');
    const files = await loadModelFiles('haar', folder);
    expect(Object.values(files).map(String)).to.deep.equal(['own']);
  });
});

describe('the options that affect the results of a model', () => {
  /** Values of an option that may be refused. */
  const valuesOf = (rule: OptionRule): unknown[] =>
    rule.kind === 'choice' ? [...rule.choices] : 'min' in rule ? [rule.min, rule.max] : [true];

  // /v1/models listed orientation for models that refuse it.
  it('are never such as the model refuses', () => {
    const refused = Object.entries<OptionRule>(optionTable).flatMap(([name, rule]) =>
      valuesOf(rule).some((value) => isRefused({ [name]: value })) ? [name] : [],
    );
    expect(refused).to.have.members(['orientation', 'faceQuality', 'maxRoll', 'maxYaw', 'minSharpness']);
    for (const model of modelNames)
      for (const option of refused)
        expect(affectsResult(model, option), `${model}: ${option}`).to.equal(modelFacts(model).landmarks);
  });

  function isRefused(options: object): boolean {
    try {
      checkMeasurable(options, false);
      return false;
    } catch {
      return true;
    }
  }
});
