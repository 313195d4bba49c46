import { optionTable } from '../library/detect-options.js';
import type { Command } from './command.js';
import { modelFlags, outputFlags, pictureFlags, readSettings, runFlags } from './detect/settings.js';

export const detectCommand: Command = {
  name: 'detect',
  summary: 'find the faces in images',
  synopsis: ['[FLAG ...] FILE|FOLDER|GLOB|- ...'],
  about: `Finds the faces in each image and prints a table, or JSON or CSV for programs. A folder stands for all images below it (.jpg .jpeg .jpe .jfif .png .webp .bmp .tif .tiff .pbm .pgm .ppm .pam .heic .heif .hif .avif .gif; names with a leading dot and links to folders are left out), a glob in quotes for what it matches, - for an image on standard input.

Results come in the order of the images. An image that cannot be read does not stop the others: the table reports it on standard error, JSON and CSV in its place. Boxes are in pixels of the image as displayed; left is the viewer's left.

Pictures keep the path that their image has below the folder that was given, or below the fixed part of the glob, and its format if that is JPEG, PNG or WebP (--format). They never replace an image: their folder must be another one. If an output file already exists, its image counts as failed (EEXIST) unless --overwrite or --resume is given. A failed image has no picture of any kind from that run.

Ctrl-C keeps what is done so far, but does not wait for a reader that has stopped reading. With --output even a killed process leaves a file of whole lines, except perhaps the last one, and --resume continues with it.`,
  flags: {
    Output: outputFlags,
    Pictures: pictureFlags,
    Running: { ...runFlags, ...modelFlags },
    Detection: optionTable,
  },
  completes: 'files',
  examples: [
    ['detect photo.jpg', 'the faces in a photograph'],
    ['detect photos --output faces.ndjson --resume', 'a large folder, resumed as often as needed'],
    [`detect --csv --min-face-size 60 'photos/**/*.jpg' > faces.csv`, 'large faces only, for a spreadsheet'],
    ['detect photos --redact public --annotate check', 'copies with the faces hidden, and others that show which'],
    ['detect --ndjson - < photo.jpg', 'from a pipe, for another program'],
  ],
  statuses: {
    0: 'all images done (or the reader closed the pipe)',
    1: 'nothing done: every image failed, or the search could not start',
    3: 'done, but some images failed',
    130: 'stopped by Ctrl-C (143 by SIGTERM, 129 by SIGHUP); finished results are kept',
  },
  async run(args) {
    const { inputs, settings } = readSettings(args);
    return (await import('./detect/run.js')).run(inputs, settings);
  },
};
