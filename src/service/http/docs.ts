import path from 'node:path';
import { Router } from 'express';
import helmet from 'helmet';
import { packageRoot } from '../../system/package-root.js';
import { version } from '../../system/version.js';
import { outcomeOf, sendJson } from './answer.js';
import { requireKey } from './keys.js';
import { openApi } from './openapi.js';
import type { Service } from './service.js';

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>opencv-face-detector: API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
`;

const script = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#ui', deepLinking: true });
`;

// Swagger UI sets inline styles and data: images; scripts come from this server only.
const pageHeaders = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
  },
});

/** `/openapi.json`, and Swagger UI at `/docs`, all served from here. */
export function docsRouter(service: Service): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const description = JSON.stringify(openApi(service, version()));
  const folder = path.join(packageRoot, 'dist', 'swagger-ui');
  const files = ['swagger-ui.css', 'swagger-ui-bundle.js'];
  router.use(['/openapi.json', '/docs'], (request, response, next) => {
    outcomeOf(response).route = request.baseUrl;
    next();
  });
  router.use(['/openapi.json', '/docs'], requireKey(service.config.apiKeys));
  router.get('/openapi.json', (_request, response) => sendJson(response, 200, description));
  router.get('/docs', pageHeaders, (_request, response) => {
    response.type('html').send(page);
  });
  router.get('/docs/start.js', (_request, response) => {
    response.type('js').send(script);
  });
  router.get(
    files.map((file) => `/docs/${file}`),
    (request, response) => {
      // Without a callback, which would also report clients that disconnect as errors.
      response.sendFile(path.basename(request.path), { root: folder, maxAge: '1d' });
    },
  );
  return router;
}
