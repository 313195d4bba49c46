import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/steps.mjs';
import { startService } from '../lib/service.mjs';
import { until } from '../lib/until.mjs';
import { ask } from './ask.mjs';

function run(command, ...args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

/** Does the work with a disk of so many kilobytes mounted in `folder`. */
async function withDisk(folder, kilobytes, work) {
  mkdirSync(folder, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder);
  try {
    return await work();
  } finally {
    run('umount', '-l', folder);
  }
}

/** The log stands on a disk that fills up, and has room again later. */
export async function fullLogDisk(expect) {
  const folder = mkdtempSync(path.join(tmpdir(), 'faults-'));
  await withDisk(folder, 64, async () => {
    const log = path.join(folder, 'log');
    const service = await startService({ WORKERS: '1' }, { log });
    const outcomes = new Set();
    for (let i = 0; i < 600; i++) outcomes.add(await ask(service, '/healthz'));
    const bytes = readFileSync(log).length;
    expect([...outcomes].join() === '200', 'every request is answered 200', [...outcomes]);
    expect(bytes === 64 * 1024, 'the disk is full', bytes);
    truncateSync(log);
    const lossTold = () => readFileSync(log, 'utf8').includes('"reason":"ENOSPC","msg":"lines of this log were lost"');
    await until(async () => (await ask(service, '/healthz')) === '200' && lossTold(), 50);
    const status = await service.stop();
    expect(status === 0, 'SIGTERM ends it with 0', status);
    const whole = readFileSync(log, 'utf8').trim().split('\n').slice(1); // the first may be the rest of one
    const broken = whole.filter((line) => line !== '' && !/^\{.*\}$/.test(line));
    expect(broken.length === 0, 'every line after that is whole', broken);
  });
  rmSync(folder, { recursive: true });
}

/** The models folder is on a disk that has no room for the weights. */
export async function fullModelsDisk(expect) {
  const folder = mkdtempSync(path.join(tmpdir(), 'faults-'));
  cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
  for (const entry of ['package.json', 'node_modules', 'build'])
    symlinkSync(path.join(root, entry), path.join(folder, entry));
  const models = path.join(folder, 'models');
  await withDisk(models, 256, () => {
    writeFileSync(path.join(models, 'manifest.json'), readFileSync(path.join(root, 'models', 'manifest.json')));
    const { status, stderr } = spawnSync(
      process.execPath,
      [path.join(folder, 'dist', 'cli.js'), 'models', 'fetch', 'mtcnn'],
      {
        encoding: 'utf8',
        env: { ...process.env, MODELS_SOURCE: path.join(root, 'models') },
      },
    );
    expect(status === 1, 'models fetch ends with 1', status);
    expect(
      /^opencv-face-detector: .*mtcnn\/[\w.]+ could not be written: ENOSPC/m.test(stderr),
      'it names the file and ENOSPC',
      stderr,
    );
    const left = readdirSync(path.join(models, 'mtcnn'));
    const verified = spawnSync(process.execPath, [path.join(folder, 'dist', 'cli.js'), 'models', 'verify', 'mtcnn'], {
      encoding: 'utf8',
    });
    const faulty = verified.stdout.split('\n').filter((line) => line && !/: (verified|missing)$/.test(line));
    expect(faulty.length === 0 && left.every((name) => !name.endsWith('.partial')), 'no half file is left', {
      left,
      faulty,
    });
  });
  rmSync(folder, { recursive: true });
}
