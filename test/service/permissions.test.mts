import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { needWeights, root, skip } from '../fixtures/available.mjs';
import { runIn } from '../fixtures/commands.mjs';
import { packageFolder } from '../fixtures/package-folder.mjs';
import { failToStart } from '../fixtures/service.mjs';

// What starts a command as somebody without rights: nobody, where the tests run as root.
const under =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'] : [];

describe('without permission', () => {
  let folder: string;
  before(function () {
    needWeights(this);
    folder = packageFolder();
    cpSync(path.join(root, 'models', 'mtcnn'), path.join(folder, 'models', 'mtcnn'), { recursive: true });
    const [command = 'true', ...args] = [...under, process.execPath, path.join(folder, 'dist', 'cli.js'), '--version'];
    if (spawnSync(command, args).status !== 0) skip(this, 'nobody may not read the checkout, or setpriv is missing');
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  it('for a port below 1024 the service does not start, and names the setting', async function () {
    if (process.platform !== 'linux') skip(this, 'only Linux says which ports are not for all');
    const first = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
    if (first <= 1) skip(this, 'every port is free for all here');
    // Coverage is written into the checkout, and its user may not, which Node would tell.
    const { status, output } = await failToStart({ PORT_NUMBER: '1', NODE_V8_COVERAGE: '' }, { under });
    expect(status).to.equal(1);
    expect(output).to.equal('opencv-face-detector: port 1 cannot be used (EACCES): set PORT_NUMBER to another one\n');
  });

  it('for the weights the service does not start, and names the file', async () => {
    const file = path.join(folder, 'models', 'mtcnn', 'det3.onnx');
    chmodSync(file, 0);
    const { status, output } = await failToStart({}, { folder, under });
    chmodSync(file, 0o644);
    expect(status).to.equal(1);
    expect(output).to.match(/^opencv-face-detector: weights mtcnn\/det3.onnx: cannot be read \(EACCES\). Fetch them: /);
  });

  it('for the models folder nothing is fetched, and the file is named', async () => {
    const models = path.join(folder, 'models');
    rmSync(path.join(models, 'mtcnn'), { recursive: true });
    mkdirSync(path.join(models, 'mtcnn'));
    chmodSync(path.join(models, 'mtcnn'), 0o555);
    const [command = '', ...args] = [...under, process.execPath, path.join(folder, 'dist', 'cli.js')];
    const source = { MODELS_SOURCE: path.join(root, 'models') };
    const { status, output } = runIn(folder, command, [...args, 'models', 'fetch', 'mtcnn'], source);
    expect(status).to.equal(1);
    expect(output).to.match(
      /^opencv-face-detector: .*models\/mtcnn\/[\w.]+ could not be written: EACCES: permission denied/m,
    );
  });
});
