// What our decoders, sharp, Chromium and Pillow make of each image of a folder.
//
//   npm run tools -- compare-readers FOLDER
//
// As a table in Markdown (docs/IMAGES.md has one). Of Chromium and Pillow what is installed takes part; PYTHON names the Python that has
// Pillow.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { mostAlike, standardOf, verdicts } from './compare.mjs';
import { openReaders } from './readers.mjs';

const folder = process.argv[2];
if (process.argv.length !== 3 || folder.startsWith('-')) {
  console.error('usage: npm run tools -- compare-readers FOLDER');
  process.exit(2);
}

const isImage = (name) => /\.(jpe?g|png|apng|webp|bmp|tiff?|dng|p[bgpn]m|pam|jp2|ras|gif|avif|heic)$/i.test(name);
const row = (cells) => `| ${cells.join(' | ')} |`;

const images = readdirSync(folder).filter(isImage).sort();
const readers = await openReaders();
try {
  console.log(
    `${readers.map(({ name, version }) => `${name} ${version}`).join(', ')}; the same: at most ${mostAlike} apart\n`,
  );
  console.log(row(['image', 'size', ...readers.map(({ name }) => name)]));
  console.log(row(['---', '---', ...readers.map(() => '---')]));
  for (const name of images) {
    const bytes = readFileSync(path.join(folder, name));
    const pictures = [];
    for (const reader of readers) {
      pictures.push(await reader.read(bytes).catch((error) => ({ refusal: reader.refusal(error) })));
    }
    const { standard } = standardOf(pictures);
    console.log(row([name, standard ? `${standard.width} x ${standard.height}` : '', ...verdicts(pictures)]));
  }
} finally {
  for (const reader of readers) await reader.close?.();
}
