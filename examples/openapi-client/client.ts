// Faces and the best part of a picture, by types made of the service's own description: see README.md beside this file.
import { readFile, writeFile } from 'node:fs/promises';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const [photo = 'photo.jpg', baseUrl = 'http://127.0.0.1:8000', cropped = 'cropped'] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl });

/** Why there is no answer, in the service's words. */
function refused({ code, detail }: components['schemas']['Problem']): never {
  console.error(`${code}: ${detail}`);
  process.exit(1);
}

// Base64 in JSON is what the types describe to the last option; a form or the bare file is a quarter smaller.
const image = await readFile(photo, 'base64');

const faces = await client.POST('/v1/faces', { body: { image, sort: 'area', faceQuality: true } });
if (faces.error) refused(faces.error);
for (const { box, confidence, quality } of faces.data.faces) {
  const { x, y, width, height } = box;
  const corner = `${x.toFixed(0)},${y.toFixed(0)}`;
  console.log(
    `${width.toFixed(0)} x ${height.toFixed(0)} at ${corner}, ${confidence.toFixed(3)}, roll ${quality?.roll.toFixed(0)}`,
  );
}

const crop = await client.POST('/v1/crop', {
  body: { image, width: 400, height: 300, format: 'jpeg' },
  parseAs: 'stream', // OpenAPI calls a picture a string: it is read from the response instead
});
if (crop.error) refused(crop.error);
await writeFile(`${cropped}.jpg`, new Uint8Array(await crop.response.arrayBuffer()));
console.log(`${cropped}.jpg shows ${crop.response.headers.get('X-Crop-Part')}`);
