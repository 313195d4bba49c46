// Reads a photograph with OpenCV, finds the faces on it, and draws a box around each:
//
//   node mark-faces.mjs photo.jpg marked.jpg
import cv from '@u4/opencv4nodejs';
import { FaceDetector } from 'opencv-face-detector';

const [source, target] = process.argv.slice(2);
if (!source || !target) throw new Error('usage: node mark-faces.mjs PHOTO TARGET');

// Whatever OpenCV gives: a file, a frame of a video, a region of either. Its pixels are copied when the search starts.
const mat = cv.imread(source);
const detector = await FaceDetector.create();
const { faces } = await detector.detect(mat, { minFaceSize: 40 });
await detector.close();

const green = new cv.Vec3(0, 255, 0); // as everything in a Mat: blue, green, red
for (const { box, confidence } of faces) {
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(Math.round);
  mat.drawRectangle(new cv.Rect(x, y, width, height), green, 2);
  console.log(`${width} x ${height} at ${x}, ${y}: ${(100 * confidence).toFixed(1)} %`);
}
cv.imwrite(target, mat);
