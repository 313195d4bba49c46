import { form } from './body.mjs';
import { mutated } from './images.mjs';
import { invalidOptions, neededOptions, validOptions } from './options.mjs';
import { imageRoutes, maxBodyBytes, post, queryOf, upload } from './upload.mjs';

const keyOf = (...parts) => parts.map(String).join(' | ');

/** A whole image with valid options. */
export function goodImage(random, { good, models }) {
  const route = random.weighted(imageRoutes);
  const image = random.pick(good);
  const options = route === '/face' ? [] : validOptions(random, route, models);
  const { drawn } = route === '/v1/faces' && options.length === 0 ? image : {};
  return upload(random, route, image, options, { expected: [200], key: keyOf(route, image.name, options), drawn });
}

/** A photograph's size. Small faces are left out and pictures are JPEG, or one such request would take as long as fifty others. */
export function largeImage(random, { large }) {
  const route = random.weighted(imageRoutes.filter(([, path]) => path !== '/face'));
  const isPicture = !['/v1/faces', '/v1/focal-point'].includes(route);
  const options = [['minFaceSize', '200'], ...neededOptions(route), ...(isPicture ? [['format', 'jpeg']] : [])];
  return upload(random, route, large, options, { expected: [200], key: keyOf(route, large.name) });
}

/** Options that are refused; /face ignores them. */
export function badOptions(random, { good, models }) {
  const route = random.weighted(imageRoutes.filter(([, path]) => path !== '/face'));
  return upload(random, route, random.pick(good), invalidOptions(random, route, models), { expected: [400] });
}

/** Something that is no image, or none any more. */
export function badImage(random, { good, refused }) {
  const route = random.weighted(imageRoutes);
  const options = neededOptions(route);
  if (random.chance(0.6))
    return upload(random, route, mutated(random, random.pick(good)), options, { expected: [200, 413, 415, 422] });
  const image = random.pick(refused);
  return upload(random, route, image, options, { expected: [image.status], key: keyOf(route, image.name) });
}

/** Several images, some of them bad. */
export function batch(random, { good, refused, models }) {
  const images = Array.from({ length: random.integer(1, 6) }, () => random.pick(random.chance(0.8) ? good : refused));
  const options = validOptions(random, '/v1/batch', models);
  const body = form(images.map(({ bytes }, i) => ['image', bytes, `${i}.jpg`]));
  const key = keyOf('batch', options, ...images.map(({ name }) => name));
  return post(`/v1/batch${queryOf(options)}`, body, { expected: [200], key });
}

/** A body that is not what its content type says, is cut short, is too large, or has no image. */
export function brokenBody(random, { good }) {
  const route = random.weighted(imageRoutes);
  const { bytes } = random.pick(good);
  const whole = form([['image', bytes, 'image.jpg']]);
  const short = { ...whole, bytes: whole.bytes.subarray(0, random.integer(0, whole.bytes.length - 10)) };
  const [path, body, status] = random.pick([
    [route, short, 400],
    [route, { ...whole, type: 'multipart/form-data' }, 400],
    [route, form([['picture', bytes, 'image.jpg']]), 400],
    [route, form([]), 400],
    [route, form([['image', Buffer.alloc(maxBodyBytes), 'image.jpg']]), 413],
    ['/v1/batch', { ...whole, bytes: random.bytes(300) }, 400],
    ['/v1/faces', { type: 'application/json', bytes: Buffer.from('{"image": ') }, 400],
    ['/v1/faces', { type: 'application/json', bytes: Buffer.from('{"image": "%"}') }, 400],
    ['/v1/faces', { type: 'text/plain', bytes }, 415],
  ]);
  return post(path, body, { expected: [status] });
}
