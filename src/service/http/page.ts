import path from 'node:path';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import helmet from 'helmet';
import { packageRoot } from '../../system/package-root.js';
import { outcomeOf } from './answer.js';
import { RequestError } from './request-error.js';

const folder = path.join(packageRoot, 'dist', 'web');

// Everything comes from this server; blob: and data: are pictures made by the page itself.
const pageHeaders = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    connectSrc: ["'self'"],
    mediaSrc: ['blob:'],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

// The files have no version in their names, so browsers revalidate each time and get a 304 if unchanged.
function files(index: string | false) {
  const setHeaders = (response: Response) => void response.set('Cache-Control', 'no-cache');
  return express.static(folder, { index, redirect: false, cacheControl: false, setHeaders });
}

function onlyRead(_request: Request, response: Response): void {
  response.set('Allow', 'GET, HEAD');
  throw new RequestError('METHOD_NOT_ALLOWED', 'this path takes GET, HEAD only');
}

function named(route: string) {
  return (_request: Request, response: Response, next: NextFunction) => {
    outcomeOf(response).route = route;
    next();
  };
}

/** `/`, the demo page, and its files under `/web`. Public: the page asks for a key if the routes it calls need one. */
export function pageRouter(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.route('/').all(named('/'), pageHeaders).get(files('index.html')).all(onlyRead);
  router.use('/web', named('/web'), files(false));
  return router;
}
