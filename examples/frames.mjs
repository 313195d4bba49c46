// Faces on the frames of a film. Raw pixels come in, so that nothing is encoded and decoded in between:
//   ffmpeg -v error -i film.mp4 -vf fps=5,scale=1280:720 -f rawvideo -pix_fmt bgr24 - | node examples/frames.mjs 1280 720
import { FaceDetector } from 'opencv-face-detector';

const [width, height] = process.argv.slice(2).map(Number);
const bytes = width * height * 3;

/** Whole frames out of a stream whose pieces end anywhere. Each is a buffer of its own: pixels are borrowed while they are searched. */
async function* framesOf(stream) {
  let frame = Buffer.allocUnsafe(bytes);
  let filled = 0;
  for await (const piece of stream) {
    for (let at = 0; at < piece.length; ) {
      const copied = piece.copy(frame, filled, at);
      at += copied;
      filled += copied;
      if (filled < bytes) continue;
      yield frame;
      frame = Buffer.allocUnsafe(bytes);
      filled = 0;
    }
  }
}

// One frame after the other; two threads share each.
const detector = await FaceDetector.create({ slots: 1, threads: 2, minFaceSize: 40 });
let index = 0;
for await (const data of framesOf(process.stdin)) {
  const { faces } = await detector.detect({ data, width, height, channels: 3, order: 'bgr' });
  console.log(JSON.stringify({ frame: index++, faces: faces.map(({ box }) => box) }));
}
await detector.close();
