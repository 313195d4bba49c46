import type { Command } from './command.js';
import { modelFlags } from './detect/settings.js';
import { hideFlags, readRedact, searchFlags } from './films/settings.js';

export const redactCommand: Command = {
  name: 'redact',
  summary: 'write a film with its faces hidden',
  synopsis: ['[FLAG ...] FILM|URL|/dev/videoN|- --output OUT.mp4'],
  about: `Writes a film with its faces hidden (pictures: detect --redact). The film is read twice: boxes are smoothed in time and bridged over frames in which a face was missed, in both directions, so that nothing flickers; a face that is found once is hidden for a moment.

A stream, camera or URL is read once, --look-ahead seconds ahead of what is written, and comes without its sound. Ctrl-C ends a live one, and what has come until then is written.

Frames keep their times, the film its turn and its sound (--no-sound drops it). Metadata and chapters go, more than 8 bits of colour become 8, and HDR is refused. OUT gets its name when it is whole; .mp4, .m4v, .mov and .mkv are written as H.264, .webm as VP9. ffmpeg does it.

No detector finds every face. --moments lists where a face appeared or vanished in the middle of the picture, for somebody to look at.`,
  flags: { Output: hideFlags, Running: modelFlags, Detection: searchFlags },
  completes: 'files',
  examples: [
    ['redact film.mp4 --output public.mp4', 'the faces blurred'],
    ['redact rtsp://camera/stream -o today.mp4', 'a camera, until Ctrl-C'],
    ['redact film.mov -o public.mp4 --mode fill --moments --no-sound', 'blackened, without sound, and what to check'],
  ],
  statuses: {
    1: 'nothing is written',
    3: 'written, but parts of the film are damaged',
    130: 'stopped by Ctrl-C; nothing is written (of a live source all that has come, with status 0)',
  },
  async run(args) {
    const settings = readRedact(args);
    return (await import('./films/run-redact.js')).run(settings);
  },
};
