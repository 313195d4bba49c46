import { form, json } from './body.mjs';

/** Largest body that the soak's service takes: small, so that too large ones are cheap to send. */
export const maxBodyBytes = 4 * 2 ** 20;

/** Routes of one image, by weight. */
export const imageRoutes = [
  [30, '/v1/faces'],
  [16, '/face'],
  [7, '/v1/annotate'],
  [7, '/v1/redact'],
  [7, '/v1/crops'],
  [7, '/v1/crop'],
  [5, '/v1/focal-point'],
];

/** A POST of a body; `expected` are the statuses that it may be answered with, `key` is what requests of equal answers share. */
export const post = (path, { type, bytes }, more) => ({ method: 'POST', path, type, body: bytes, ...more });

export const queryOf = (options) => (options.length > 0 ? `?${new URLSearchParams(options)}` : '');

/** One image in one of the ways that the route takes, its options in query, form or JSON. */
export function upload(random, route, image, options, more) {
  const way = route === '/face' ? 'form' : random.pick(['bare', 'form', 'form', 'json']);
  const field = route === '/face' ? 'image' : random.pick(['image', 'file']);
  // An object cannot have a member twice, and __proto__ is another matter.
  const fitsObject = new Map(options).size === options.length && options.every(([name]) => name !== '__proto__');
  const inQuery = way === 'bare' || random.chance(0.5) || (way === 'json' && !fitsObject);
  const path = `${route}${queryOf(inQuery ? options : [])}`;
  const inBody = inQuery ? [] : options;
  if (way === 'json') return post(path, json(image, inBody), more);
  if (way === 'form') return post(path, form([...inBody, [field, image.bytes, 'image.jpg']]), more);
  return post(path, random.chance(0.8) ? image : { ...image, type: 'application/octet-stream' }, more);
}
