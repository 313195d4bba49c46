import { createServer, type Server } from 'node:http';
import { FaceDetector } from '../detector.js';
import { FaceDetectorError } from '../errors.js';
import { createApp, type Log } from './app.js';
import { type Config, readConfig } from './config.js';

// Longest time that answers in progress get after a signal to stop.
const shutdownMs = 30_000;

const log: Log = {
  info: (text) => console.log(text),
  error: (text) => console.error(text),
};

/**
 * Resolves with the name of the first signal to stop. Installed before the addon is loaded, which takes a while, and for good: on
 * Ctrl-C the terminal and npm each send one.
 */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name));
  });
}

/**
 * The configured detector. Where no model was asked for and mtcnn's weights are missing, haar stands in, loudly: a first
 * `npm start` without network shall show faces, not an error.
 */
async function openDetector(config: Config): Promise<FaceDetector> {
  try {
    return await FaceDetector.create({ model: config.model ?? 'mtcnn' });
  } catch (error) {
    if (config.model || !(error instanceof FaceDetectorError) || error.code !== 'MODEL_MISSING') throw error;
    const detector = await FaceDetector.create({ model: 'haar' });
    log.error(
      `WARNING: ${error.message}\n` +
        "WARNING: serving with OpenCV's Haar cascade instead: it misses many faces, takes longer and gives no landmarks.\n" +
        'WARNING: fetch the weights and start again, or set FACE_DETECTION_MODEL=haar to keep it.',
    );
    return detector;
  }
}

function listen(server: Server, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.code})`;
      reject(Object.assign(new Error(`port ${port} ${reason}: set PORT_NUMBER to another one`), { code: error.code }));
    });
    server.listen({ port, ...(host && { host }) }, resolve);
  });
}

/** Stops accepting and resolves when every request in progress has its answer, or after `shutdownMs`. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Connections that clients keep open for a next request would hold it up.
    const idle = setInterval(() => server.closeIdleConnections(), 100);
    const limit = setTimeout(() => server.closeAllConnections(), shutdownMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(limit);
      resolve();
    });
  });
}

/** Runs the service until SIGTERM or SIGINT. Resolves to the exit status; rejects where it cannot start. */
export async function serve(): Promise<number> {
  const stopped = stopSignal();
  const config = readConfig(process.env);
  const detector = await openDetector(config);
  const server = createServer(createApp(detector, config, log));
  await listen(server, config);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  log.info(
    `serving ${detector.model} on OpenCV ${detector.opencvVersion}: ` +
      `curl -F image=@photo.jpg http://127.0.0.1:${port}${config.endpoint}`,
  );
  log.info(`${await stopped}: answering what has come, then stopping`);
  await drain(server);
  await detector.close();
  return 0;
}
