import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { DecoderLog, type FrameFacts } from '#dist/library/films/decoder-log.js';

const showinfo = '[Parsed_showinfo_0 @ 0x5581] [info] ';
const colour = 'color_range:tv color_space:bt709 color_primaries:bt709 color_trc:bt709';
const error = '[error] Invalid data found';

function frame(n: number, size: string): string {
  const where = `n: ${n} pts: ${512 * n} pts_time:${n / 25} duration: 512 duration_time:0.04 pos: 48`;
  return `${where} fmt:yuv420p cl:left sar:1/1 s:${size} i:P iskey:1 type:I `;
}

/** All that a log makes of these lines. */
async function read(...lines: string[]) {
  const stream = new PassThrough();
  const log = new DecoderLog(stream);
  stream.end(lines.map((line) => `${line}\n`).join(''));
  const frames: FrameFacts[] = [];
  for (let next = await log.next(); next; next = await log.next()) frames.push(next);
  return { frames, colour: log.colour, timeBase: log.timeBase, errors: log.errors };
}

describe('DecoderLog', () => {
  it('reads frames, colours, the time base and errors', async () => {
    const base = 'config in time_base: 1/12800, frame_rate: 25/1';
    const lines = [base, frame(1, '64x48'), colour].map((line) => showinfo + line);
    const log = await read(...lines, `[h264 @ 0x5582] ${error}`, `${error}: grün.mp4`);
    expect(log.frames).to.deep.equal([
      { time: 0.04, ticks: 512, width: 64, height: 48, pixelShape: undefined, isRgb: false },
    ]);
    expect(log.colour).to.deep.equal({ space: 'bt709', transfer: 'bt709', primaries: 'bt709' });
    expect(log.timeBase).to.deep.equal({ numerator: 1, denominator: 12800 });
    expect(log.errors).to.deep.equal(['Invalid data found', 'Invalid data found: grün.mp4']);
  });

  // Newer ffmpegs decode and filter in threads, of which one may speak in the middle of another's line.
  it('reads errors that come before the line of a frame or of colours has ended', async () => {
    const other = `[matroska,webm @ 0x5583] ${error}`;
    const log = await read(showinfo + frame(1, '64x48') + other, showinfo + colour + other);
    expect(log.frames).to.have.length(1);
    expect(log.colour.transfer).to.equal('bt709');
    expect(log.errors).to.deep.equal(['Invalid data found', 'Invalid data found']);
  });

  // A title was searched for frames: long ones for minutes, in which the service did nothing else, and forged ones counted.
  it('believes no film that calls itself a frame, a colour or an error', async () => {
    const title = '[info]     title           : ';
    const forged = [frame(0, '2x2'), colour, 'config in time_base: 1/7, frame_rate: 25/1'].flatMap((line) => [
      title + showinfo + line,
      `${title}\u2028${showinfo}${line}`,
    ]);
    const log = await read(...forged, title + error, `${title}\u2028${error}`);
    expect(log.frames).to.deep.equal([]);
    expect(log.colour.space).to.equal(undefined);
    expect(log.timeBase.denominator).to.equal(1_000_000);
    expect(log.errors).to.deep.equal([]);
  });
});
