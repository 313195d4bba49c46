import { createHash, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { RequestError } from './request-error.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** The key in the headers that HTTP has for it. */
export function headerKey(request: Request): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? request.get('x-api-key');
}

/**
 * Lets requests with one of `keys` pass, or all if there are none; otherwise throws UNAUTHORIZED, before the body is
 * read. Compares digests of equal length, always all of them, so that timing reveals nothing about a key.
 * `keyOf` finds the key.
 */
export function requireKey(keys: readonly string[], keyOf: (request: Request) => string | undefined = headerKey) {
  const digests = keys.map(digest);
  return (request: Request, response: Response, next: NextFunction) => {
    if (digests.length === 0) return next();
    const given = digest(keyOf(request) ?? '');
    const matches = digests.filter((known) => timingSafeEqual(known, given));
    if (matches.length > 0) return next();
    response.set('WWW-Authenticate', 'Bearer realm="opencv-face-detector"');
    throw new RequestError('UNAUTHORIZED', 'give an API key: Authorization: Bearer KEY, or X-API-Key: KEY');
  };
}
