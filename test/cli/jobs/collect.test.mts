import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type Collected, collect } from '#dist/cli/jobs/collect.js';
import { rejection } from '../../fixtures/rejection.mjs';

const line = (id: string, more: object = { faces: [] }) => `${JSON.stringify({ file: `${id}.png`, id, ...more })}\n`;
const error = { error: { code: 'EIO', message: 'broken' } };

describe('collect', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'faces-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  async function collected() {
    const counts: Collected = { images: 0, failed: 0, duplicates: 0 };
    const lines = await Readable.from(collect(folder, counts)).toArray();
    return { text: Buffer.concat(lines).toString(), counts };
  }

  it('keeps one line of each job, whichever workers wrote it', async () => {
    put('a.ndjson', line('1') + line('2'));
    put('b.ndjson', line('2') + line('3') + line('3'));
    const { text, counts } = await collected();
    expect(text).to.equal(line('1') + line('2') + line('3'));
    expect(counts).to.deep.equal({ images: 3, failed: 0, duplicates: 2 });
  });

  it('takes faces before errors, in whatever order they were written', async () => {
    put('a.ndjson', line('1', error) + line('2') + line('3', error) + line('4', error));
    put('b.ndjson', line('1') + line('2', error) + line('3', error));
    const { text, counts } = await collected();
    expect(text).to.equal(line('2') + line('1') + line('3', error) + line('4', error));
    expect(counts).to.deep.equal({ images: 4, failed: 2, duplicates: 3 });
  });

  it('leaves out the beginning of a line that a killed worker has left, and other files', async () => {
    put('a.ndjson', `${line('1')}${line('2').slice(0, 9)}`);
    put('b.ndjson', line('2'));
    put('c.ndjson', '');
    put('notes.txt', 'mine');
    expect((await collected()).text).to.equal(line('1') + line('2'));
  });

  it('refuses results of several queues, whose ids may be the same', async () => {
    put('faces@host-1.ndjson', line('1'));
    put('faces@host-2.ndjson', line('2'));
    expect((await collected()).counts.images).to.equal(2);
    put('other@host-3.ndjson', line('1'));
    expect((await rejection(collected())).message).to.match(/holds results of several queues, faces, other: /);
  });

  it('takes lines longer than it reads at once', async () => {
    const long = line('1', { faces: [], text: 'x'.repeat(3 * 2 ** 20) });
    put('a.ndjson', long + line('2'));
    expect((await collected()).text).to.equal(long + line('2'));
  });

  for (const [what, text] of [
    ['no JSON', 'text\n'],
    ['null', 'null\n'],
    ['a result of detect, which has no id', '{"file":"a.png"}\n'],
  ] as const) {
    it(`refuses a line that is ${what}, and says where`, async () => {
      put('a.ndjson', line('1') + text);
      const refusal = await rejection(collected());
      expect(refusal).to.have.property('message', `${path.join(folder, 'a.ndjson')}: line 2 is not a result`);
    });
  }
});
