import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { FaceDetector } from '../detector.js';
import type { Config } from './config.js';
import { publicError, RequestError } from './errors.js';
import { faceRouter, messageJson, sendJson } from './face.js';

/** Where the service writes what its operator should know. */
export interface Log {
  info(text: string): void;
  error(text: string): void;
}

/** A line per request, when debugging. */
function logRequests(log: Log) {
  return (request: Request, response: Response, next: NextFunction) => {
    const started = performance.now();
    response.on('close', () => {
      const ms = (performance.now() - started).toFixed(1);
      log.info(`${request.method} ${request.path} ${response.writableFinished ? response.statusCode : 499} ${ms} ms`);
    });
    next();
  };
}

/** Any error becomes a status and a text; a defect of ours goes to the log as well. Express knows it by its four parameters. */
function answerError(config: Config, log: Log) {
  return (error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const { status, message } = publicError(error);
    if (status === 500 || config.debugging)
      log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (response.headersSent || response.destroyed) return response.destroy();
    if (!request.complete) response.set('Connection', 'close'); // the rest of its body is not wanted
    const isImageMissing = error instanceof RequestError && error.code === 'IMAGE_MISSING';
    const text = JSON.stringify(message);
    sendJson(response, status, messageJson(isImageMissing ? `{"image": ${text}}` : text));
  };
}

/** The HTTP application: routes as they are asked for, then whatever nobody took, then errors. */
export function createApp(detector: FaceDetector, config: Config, log: Log): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  if (config.debugging) app.use(logRequests(log));
  app.use(faceRouter(detector, config));
  app.use(() => {
    throw new RequestError('NOT_FOUND', `there is nothing here: send images to ${config.endpoint}`);
  });
  app.use(answerError(config, log));
  return app;
}
