import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { DecoderLog, type FrameFacts } from '#dist/library/films/decoder-log.js';

const showinfo = '[Parsed_showinfo_0 @ 0x5581] [info] ';
const colour = 'color_range:tv color_space:bt709 color_primaries:bt709 color_trc:bt709';
const reset = '\x1b[0m';
const red = (text: string) => `\x1b[1;31m${text}`;

/** An error as ffmpeg prints it: its colour ends after the line has. */
const error = (text: string) => `${red('[error] ')}${reset}${red(text)}`;

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
    const lines = [base, frame(1, '64x48'), colour].map(
      (line) => `\x1b[1;32m${showinfo.replace(' [', ` ${reset}[`)}${line}`,
    );
    const log = await read(
      ...lines,
      `\x1b[0;36m[h264 @ 0x5582] ${reset}${error('Invalid data found')}`,
      `${reset}${error('Invalid data found: grün.mp4')}`,
      `${reset}\x1b[4;31m[fatal] ${reset}\x1b[4;31mNothing is left`,
      `${reset}\x1b[0;33m[warning] ${reset}\x1b[0;33mNo more than that`,
      reset,
    );
    expect(log.frames).to.deep.equal([
      { time: 0.04, ticks: 512, width: 64, height: 48, pixelShape: undefined, isRgb: false },
    ]);
    expect(log.colour).to.deep.equal({ space: 'bt709', transfer: 'bt709', primaries: 'bt709' });
    expect(log.timeBase).to.deep.equal({ numerator: 1, denominator: 12800 });
    expect(log.errors).to.deep.equal(['Invalid data found', 'Invalid data found: grün.mp4', 'Nothing is left']);
  });

  // Newer ffmpegs decode and filter in threads, of which one may speak in the midst of another's line: without the level, which is only
  // named at the beginning of a line. In one run of five a film that was cut off was not noticed.
  it('reads errors that come before a line has ended', async () => {
    const cut = `${showinfo}color_range:tv color_space:bt470bg`;
    const log = await read(
      showinfo + frame(1, '64x48') + red('one'),
      reset + showinfo + colour + red('two'),
      `${reset + showinfo}User Data=78323634${red('three')}`,
      `${reset + showinfo}3634`,
      cut + red('four'),
      `${reset + showinfo} color_primaries:bt470bg color_trc:bt470bg`,
      showinfo + frame(2, '64x48'),
    );
    expect(log.frames.map(({ ticks }) => ticks)).to.deep.equal([512, 1024]);
    expect(log.colour.transfer).to.equal('bt709');
    expect(log.errors).to.deep.equal(['one', 'two', 'three', 'four']);
  });

  it('reads errors by their label where nothing has a colour', async () => {
    const { errors } = await read(
      '[info] A film',
      '[h264 @ 0x5582] [error] Invalid data found',
      '[fatal] Nothing is left',
    );
    expect(errors).to.deep.equal(['Invalid data found', 'Nothing is left']);
  });

  // A title was searched for frames: long ones for minutes, in which the service did nothing else, and forged ones counted.
  it('believes no film that calls itself a frame, a colour or an error', async () => {
    const title = '[info]     title           : ';
    const forged = [frame(0, '2x2'), colour, 'config in time_base: 1/7, frame_rate: 25/1'].flatMap((line) => [
      title + showinfo + line,
      `${title}\u2028${showinfo}${line}`,
    ]);
    const log = await read(...forged, `${title}[error] Invalid data found`, `${title}?[1;31mInvalid data found`);
    expect(log.frames).to.deep.equal([]);
    expect(log.colour.space).to.equal(undefined);
    expect(log.timeBase.denominator).to.equal(1_000_000);
    expect(log.errors).to.deep.equal([]);
  });
});
