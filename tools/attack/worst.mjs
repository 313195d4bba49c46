// Processor seconds of the dearest single request known, by route and model, with the service's limits (those of the environment;
// MODELS_DIR too). Models whose weights are missing are left out.
import { readConfig } from '#dist/service/config.js';
import { serviceDefaults } from '#dist/service/http/request-options.js';
import { makePictures } from '../lib/attackers/costly-pictures.mjs';
import { FaceDetector } from '../lib/library.mjs';

const everywhere = { scaleFactor: 0.95, threshold: 0 };
const stages = { pnetThreshold: 0, rnetThreshold: 0 };
const models = ['mtcnn', 'haar', 'yunet', 'retinaface', 'ssd', 'ultralight-rfb-640'];
const routes = {
  '/v1/faces': ['detect', {}],
  '/v1/annotate': ['annotate', { format: 'png' }],
  '/v1/redact': ['redact', { format: 'png', margin: 1, shape: 'box' }],
  '/v1/crops': ['crops', { format: 'png', size: 512, align: false, margin: 1 }],
  // The most pixels that it may be enlarged to.
  '/v1/crop': ['crop', { format: 'png', width: 5000, height: 5000, fit: 'exact' }],
  '/v1/focal-point': ['focalPoint', {}],
};

/** Requests that were dear in attempts: small faces everywhere, large ones that overlap, and nothing but pixels. */
const tried = (model, { noise2000, noise7071, flatWithAlpha, deepTiff }) =>
  [
    ['noise of 4 megapixels', noise2000, { minFaceSize: 12 }],
    ['noise of 50 megapixels', noise7071, { minFaceSize: 12 }],
    ['50 megapixels of one colour', flatWithAlpha, { minFaceSize: 97 }],
    ['50 megapixels of one colour, defaults', deepTiff, undefined],
  ].map(([title, image, options]) => [
    title,
    image,
    options ? { ...everywhere, ...(model === 'mtcnn' && stages), ...options } : {},
  ]);

async function cpuSeconds(call) {
  const before = process.cpuUsage();
  let end = 'answered';
  try {
    await call();
  } catch (error) {
    end = error.code ?? error.message;
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, end };
}

/** Rows for console.table: the dearest of those tried, by models whose names include `kind`, on routes that end in `route`. */
export async function worstRequests(kind, route) {
  const pictures = await makePictures();
  const config = readConfig(process.env);
  const rows = [];
  for (const model of models.filter((name) => name.includes(kind))) {
    let detector;
    try {
      detector = await FaceDetector.create({
        model,
        slots: 1,
        modelsDir: config.modelsDir,
        ...serviceDefaults(config),
      });
    } catch (error) {
      console.error(`${model}: left out, ${error.message}`);
      continue;
    }
    for (const [path, [method, more]] of Object.entries(routes).filter(([path]) => path.endsWith(route))) {
      let worst = { seconds: 0 };
      for (const [title, image, options] of tried(model, pictures)) {
        const found = await cpuSeconds(() => detector[method](image, { ...more, ...options }));
        if (found.seconds > worst.seconds) worst = { ...found, title };
      }
      rows.push({ model, route: path, seconds: worst.seconds.toFixed(1), request: worst.title, end: worst.end });
    }
    await detector.close();
  }
  return rows;
}
