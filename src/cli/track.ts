import type { Command } from './command.js';
import { modelFlags } from './detect/settings.js';
import { readTrack, searchFlags, trackFlags } from './films/settings.js';

export const trackCommand: Command = {
  name: 'track',
  summary: 'follow the faces in a film, a camera or a stream',
  synopsis: ['[FLAG ...] FILM|URL|/dev/videoN|-'],
  about: `Finds the faces in each frame of a film and gives each a number that it keeps. Prints a line for each face when it goes: when it came, when it went, how often it was found. --ndjson prints a line of JSON for each frame at once.

ffmpeg decodes: files of any usual container, http:, rtsp:, rtmp:, udp: and srt: URLs, cameras, and - for a film on standard input. Of a live source, frames that come while others are searched are left out and counted ("dropped"). Boxes are in pixels of the film as displayed.

A face that is not found in a frame is followed where it should be (isPredicted) for --max-gap seconds. A face that comes back later gets another number, as do all after a cut.`,
  flags: { Output: trackFlags, Running: modelFlags, Detection: searchFlags },
  completes: 'files',
  examples: [
    ['track film.mp4', 'who is there when'],
    ['track --ndjson --search-every 3 film.mp4 > faces.ndjson', 'for programs, in about a third of the time'],
    ['track --ndjson rtsp://camera/stream', 'a camera, until Ctrl-C'],
  ],
  statuses: { 1: 'the film cannot be read', 3: 'done, but parts of the film are damaged', 130: 'stopped by Ctrl-C' },
  async run(args) {
    const settings = readTrack(args);
    return (await import('./films/run-track.js')).run(settings);
  },
};
