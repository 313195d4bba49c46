// What a service can do, from measured costs; docs/OPERATIONS.md says what the figures mean.
//
//   npm run tools -- capacity cost [--images DIR]         milliseconds of a core for each image, and by the law
//   npm run tools -- capacity sizes [--images DIR]        the same for these images in several sizes
//   npm run tools -- capacity latency [--seconds N]       latency under load, simulated and measured
//   npm run tools -- capacity containers [--seconds N]    three containers behind nginx, predicted and measured (needs Docker)
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { testImage } from '../lib/images.mjs';
import { Random } from '../lib/random.mjs';
import { median, quantile } from '../lib/statistics.mjs';
import { check } from './check.mjs';
import { costOfAnswer, throughputOfContainers } from './containers.mjs';
import { loadImages } from './images.mjs';
import { costByLaw, lawOf } from './law.mjs';
import { measure } from './measure.mjs';

const minFaceSizes = [20, 40, 80];
// nginx's two processes took 0.034 to 0.040 of a core for 46 to 62 answers a second of 55 KB (docs/OPERATIONS.md).
const msOfNginx = 0.7;
// The image's HEALTHCHECK starts a process of 0.09 s of a core every 5 s.
const coresOfHealthCheck = 0.018;

const tenth = (value) => Math.round(value * 10) / 10;
const percent = (share) => `${Math.round(share * 100)} %`;

const verbs = {
  async cost({ images: folder }) {
    const samples = await measure(await loadImages(folder), minFaceSizes);
    const law = lawOf(samples);
    console.log(
      'image | pixels | minimum face size | faces | ms of a core | by the law\n--- | --- | --- | --- | --- | ---',
    );
    for (const sample of samples) {
      const { name, width, height, minFaceSize, faces, cpu } = sample;
      console.log(
        `${name} | ${width} x ${height} | ${minFaceSize} | ${faces} | ${tenth(cpu)} | ${tenth(costByLaw(law, sample))}`,
      );
    }
    const errors = samples.map((sample) => Math.abs(costByLaw(law, sample) / sample.cpu - 1));
    console.log(
      JSON.stringify({ law, medianError: percent(median(errors)), largestError: percent(Math.max(...errors)) }),
    );
  },

  async sizes({ images: folder }) {
    const originals = await loadImages(folder);
    console.log(
      'longer side | minimum face size | megapixels | ms of a core: median, least, most\n--- | --- | --- | ---',
    );
    for (const side of [320, 640, 1280, 1920, 4000]) {
      const resized = originals.map(async ({ name, bytes }) => {
        const resize = sharp(bytes).resize(side, side, { fit: 'inside' });
        return { name, bytes: await resize.jpeg({ quality: 85 }).toBuffer() };
      });
      const samples = await measure(await Promise.all(resized), minFaceSizes);
      for (const size of minFaceSizes) {
        const ofSize = samples.filter(({ minFaceSize }) => minFaceSize === size);
        const at = (share) =>
          tenth(
            quantile(
              ofSize.map(({ cpu }) => cpu),
              share,
            ),
          );
        const megapixels = median(ofSize.map((sample) => sample.megapixels));
        console.log(`${side} | ${size} | ${megapixels.toFixed(2)} | ${at(0.5)}, ${at(0)}, ${at(1)}`);
      }
    }
  },

  async latency({ images: folder, seconds, seed }) {
    const images = await loadImages(folder);
    const random = new Random(Number(seed));
    const setting = { loads: [0.3, 0.5, 0.7, 0.85], seconds: Number(seconds), random };
    for (const workers of [1, 2])
      await check(images, { ...setting, workers }, (result) => console.log(JSON.stringify(result)));
  },

  async containers({ seconds: text }) {
    const seconds = Number(text);
    const count = 3;
    const image = await testImage();
    const ms = { ...(await costOfAnswer(image, count, seconds)), nginx: msOfNginx };
    const cores = availableParallelism() - count * coresOfHealthCheck;
    const predicted = (cores * 1000) / (ms.service + ms.client + ms.nginx);
    const { perSecond, outcomes } = await throughputOfContainers(image, count, seconds);
    console.log(
      JSON.stringify({
        count,
        seconds,
        msOfAnswer: { service: tenth(ms.service), client: tenth(ms.client), nginx: ms.nginx },
        predictedPerSecond: tenth(predicted),
        measuredPerSecond: tenth(perSecond),
        error: percent(predicted / perSecond - 1),
        outcomes,
      }),
    );
  },
};

const { values, positionals } = parseArgs({
  options: {
    images: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
const [verb] = positionals;
if (!Object.hasOwn(verbs, verb ?? '')) {
  console.error(`usage: npm run tools -- capacity ${Object.keys(verbs).join('|')} ...`);
  process.exit(2);
}
await verbs[verb](values);
