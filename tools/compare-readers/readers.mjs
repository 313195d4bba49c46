import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { version } from '../lib/command-line.mjs';
import { FaceDetector } from '../lib/library.mjs';

/** The first words of another program's message, as a cell of a table takes them. */
function firstWords({ message }) {
  const line = message.replaceAll(/<[^>]*>|[|\s]+/g, ' ').trim();
  return line.length > 70 ? `${line.slice(0, 70).replace(/ \S*$/, '')} ...` : line;
}

/** Four bytes a pixel, RGBA with straight alpha. What sharp gives beyond that is no colour. */
async function rgba(image) {
  const { data, info } = await image.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 4) return { width, height, data };
  const colours = Buffer.alloc(width * height * 4, 255);
  for (let pixel = 0; pixel < width * height; pixel++)
    data.copy(colours, pixel * 4, pixel * channels, pixel * channels + 3);
  return { width, height, data: colours };
}

/** No face is that large or that sure: the picture comes back as it was decoded. */
const nothing = { format: 'png', minFaceSize: 4096, onetThreshold: 1 };

async function ours() {
  const detector = await FaceDetector.create();
  return {
    name: 'ours',
    version: version(),
    read: async (bytes) => rgba(sharp((await detector.annotate(bytes, nothing)).data)),
    refusal: ({ code, message }) => (code ? `${code}, ${message.split(': send')[0]}` : message),
    close: () => detector.close(),
  };
}

function ofSharp() {
  const read = (bytes) => rgba(sharp(bytes).autoOrient());
  return { name: 'sharp', version: sharp.versions.sharp, read, refusal: firstWords };
}

const noImage = 'no image';

/** As a page shows it in an <img>; without a type, so that Chromium goes by the bytes. */
function show({ base64, noImage }) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onerror = () => reject(new Error(noImage));
    image.onload = () => {
      const { naturalWidth: width, naturalHeight: height } = image;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, width, height).data;
      let text = '';
      for (let at = 0; at < pixels.length; at += 8192) text += String.fromCharCode(...pixels.subarray(at, at + 8192));
      resolve({ width, height, pixels: btoa(text) });
    };
    image.src = `data:image/unknown;base64,${base64}`;
  });
}

async function ofChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = spawnSync('sh', ['-c', names.map((name) => `command -v ${name}`).join(' || ')], { encoding: 'utf8' });
  if (found.status !== 0) return [];
  const browser = await chromium.launch({
    executablePath: found.stdout.trim(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage();
  const read = async (bytes) => {
    const { width, height, pixels } = await page.evaluate(show, { base64: bytes.toString('base64'), noImage });
    return { width, height, data: Buffer.from(pixels, 'base64') };
  };
  const refusal = (error) => {
    if (error.message.includes(noImage)) return noImage;
    throw error;
  };
  return [{ name: 'Chromium', version: browser.version(), read, refusal, close: () => browser.close() }];
}

/** Pillow turns a picture where its caller asks for it; TIFF it turns by itself, and 9.4 would turn it again. */
const program = `
import io, sys
from PIL import Image, ImageOps
try:
    image = Image.open(io.BytesIO(sys.stdin.buffer.read()))
    image.load()
    if image.format != 'TIFF':
        image = ImageOps.exif_transpose(image)
    image = image.convert('RGBA')
except Exception as error:
    sys.exit(str(error))
sys.stdout.buffer.write(b'%d %d\\n' % image.size + image.tobytes())
`;

function ofPillow() {
  const python = process.env.PYTHON ?? 'python3';
  const asked = spawnSync(python, ['-c', 'import PIL; print(PIL.__version__)'], { encoding: 'utf8' });
  if (asked.status !== 0) return [];
  const read = async (bytes) => {
    const { status, stdout, stderr } = spawnSync(python, ['-c', program], { input: bytes, maxBuffer: 2 ** 30 });
    if (status !== 0) throw new Error(stderr.toString());
    const end = stdout.indexOf('\n');
    const [width, height] = stdout.subarray(0, end).toString().split(' ').map(Number);
    return { width, height, data: stdout.subarray(end + 1) };
  };
  return [{ name: 'Pillow', version: asked.stdout.trim(), read, refusal: firstWords }];
}

/**
 * Whoever is here, each with `read(bytes)`, which gives `{ width, height, data }` as displayed or throws, and `refusal(error)`, the
 * reason in a few words.
 */
export async function openReaders() {
  return [await ours(), ofSharp(), ...(await ofChromium()), ...ofPillow()];
}
