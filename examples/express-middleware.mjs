// A route of an Express app of yours that takes only portraits, pictures with one face: node examples/express-middleware.mjs [PORT]
//   curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' http://127.0.0.1:3000/portraits
import express from 'express';
import { FaceDetector, FaceDetectorError } from 'opencv-face-detector';

const detector = await FaceDetector.create({ minFaceSize: 60, maxSide: 1200 });

/** Puts what is found on the raw body into `request.detection`; answers by itself what is no image. */
async function findFaces(request, response, next) {
  const gone = new AbortController();
  response.once('close', () => gone.abort()); // nobody waits any more: stop the search
  try {
    request.detection = await detector.detect(request.body, { signal: gone.signal });
    next();
  } catch (error) {
    if (gone.signal.aborted) return;
    if (!(error instanceof FaceDetectorError)) return next(error);
    response.status(422).json({ code: error.code, message: error.message });
  }
}

const app = express();
app.post('/portraits', express.raw({ type: 'image/*', limit: '10mb' }), findFaces, ({ detection }, response) => {
  const [face, ...others] = detection.faces;
  if (!face || others.length > 0)
    return response.status(422).json({ code: 'NO_PORTRAIT', faces: detection.faces.length });
  response.json({ face });
});
const server = app.listen(Number(process.argv[2] ?? 3000), () =>
  console.log(`listening on port ${server.address().port}`),
);
