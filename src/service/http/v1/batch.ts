import type { Request, Response } from 'express';
import { endWhileSending, outcomeOf, problem } from '../answer.js';
import { type BatchPart, readBatch } from '../batch-upload.js';
import { clientKey } from '../client-key.js';
import { lastProblem, writeLine } from '../ndjson.js';
import { publicError, RequestError } from '../request-error.js';
import { parseOptions, queryEntries, type RequestOptions } from '../request-options.js';
import { search } from '../search.js';
import type { Service } from '../service.js';
import { withinDeadline } from '../signals.js';
import { publicDetection } from './faces.js';

/**
 * POST /v1/batch: many images in one form, answered with a line each, in order, as soon as it is done. One image is in
 * memory at a time, and the upload waits meanwhile. A bad image gets a line with its error; a malformed form or a batch
 * that exceeds BATCH_TIMEOUT_MS ends with such a line.
 */
export function batchHandler(service: Service) {
  const { config, rules, admission, log } = service;

  /** The answer to one image, which waits for a seat now that it is complete. Throws if `signal` ends the whole batch. */
  async function lineOf(part: BatchPart, options: RequestOptions, signal: AbortSignal, request: Request) {
    const { index, name } = part;
    try {
      if ('error' in part) throw part.error;
      const asked = { image: part.bytes, route: '/v1/batch', options, clientSignal: signal };
      const found = await outcomeOf(request.res as Response).span.run('image', (span) =>
        admission.withSeatWhenFree(clientKey(request.ip), signal, (seat) =>
          search(service, 'detect', { ...asked, seat, span }),
        ),
      );
      return { index, name, ...publicDetection(found) };
    } catch (error) {
      signal.throwIfAborted();
      return { index, name, error: problem(publicError(error), outcomeOf(request.res as Response).requestId) };
    }
  }

  return async (request: Request, response: Response): Promise<void> => {
    const options = parseOptions(queryEntries(request.originalUrl), rules);
    await admission.batch(clientKey(request.ip), async (held) => {
      await withinDeadline(response, 'the batch', config.batchTimeoutMs, async (signal) => {
        let index = 0;
        try {
          for await (const part of readBatch(request, response, config, held, signal)) {
            await writeLine(response, await lineOf(part, options, signal, request), config.bodyTimeoutMs);
            index = part.index + 1;
          }
          if (index === 0) throw new RequestError('IMAGE_MISSING', 'send images as files in the form field "image"');
        } catch (error) {
          await writeLine(response, { index, error: lastProblem(error, response, log) }, config.bodyTimeoutMs);
        }
      });
      await endWhileSending(request, response);
    });
  };
}
