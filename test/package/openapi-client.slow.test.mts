import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { needWeights, root } from '../fixtures/available.mjs';
import { runIn, runWell, tsc } from '../fixtures/commands.mjs';
import { standardFaces } from '../fixtures/drawn-faces.mjs';
import { type Service, startService } from '../fixtures/service.mjs';

const folder = path.join(root, 'build', 'examples', 'openapi-client');
const source = path.join(folder, 'client.ts');
const client = path.join(folder, 'out', 'client.js');
const generator = path.join(root, 'node_modules', 'openapi-typescript', 'bin', 'cli.js');
const picture = path.resolve(process.env.FACES_DRAWN ?? '', 'faces.png');

describe('examples/openapi-client', function () {
  this.timeout(240_000);
  let service: Service;
  before(async function () {
    needWeights(this);
    rmSync(folder, { recursive: true, force: true });
    cpSync(path.join(root, 'examples', 'openapi-client'), folder, { recursive: true });
    service = await startService({ WORKERS: '1' });
    const described = `${service.origin}/openapi.json`;
    runWell(folder, process.execPath, [generator, described, '--output', 'api.d.ts']);
    runWell(folder, process.execPath, [tsc, '-p', '.']);
  });
  after(() => service?.stop());

  it('prints a line for each face, and writes the best part of the picture', async () => {
    const printed = runWell(folder, process.execPath, [client, picture, service.origin, 'cropped']);
    const face = String.raw`\d+ x \d+ at \d+,\d+, [01]\.\d{3}, roll -?\d+\n`;
    const crop = String.raw`cropped\.jpg shows \d+,\d+,\d+,\d+\n`;
    expect(printed).to.match(new RegExp(`^(${face}){${standardFaces.length}}${crop}$`));
    const { format, width, height } = await sharp(path.join(folder, 'cropped.jpg')).metadata();
    expect({ format, width, height }).to.deep.equal({ format: 'jpeg', width: 400, height: 300 });
  });

  it('says why there is no answer', () => {
    const { status, output } = runIn(folder, process.execPath, [client, source, service.origin]);
    expect(status).to.equal(1);
    expect(output).to.match(/^UNSUPPORTED_FORMAT: /);
  });

  it('does not compile with a value that the service does not take', () => {
    const right = readFileSync(source, 'utf8');
    writeFileSync(source, right.replace("sort: 'area'", "sort: 'age'"));
    const { status, output } = runIn(folder, process.execPath, [tsc, '-p', '.', '--noEmit']);
    expect(status).to.not.equal(0);
    expect(output).to.include(`'"age"' is not assignable`);
  });
});
