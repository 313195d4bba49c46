// The library in an ES module: node examples/library.mjs photo.jpg ...
import { FaceDetector, FaceDetectorError } from 'opencv-face-detector';

const detector = await FaceDetector.create({ minFaceSize: 40 });
// All at once: two are searched at a time (the option `slots`), the others wait without holding their file in memory.
await Promise.all(
  process.argv.slice(2).map(async (file) => {
    try {
      const { image, faces } = await detector.detect(file);
      console.log(`${file}: ${image.width} x ${image.height}, ${faces.length} faces`);
    } catch (error) {
      if (!(error instanceof FaceDetectorError)) throw error; // such as a file that cannot be read
      console.log(`${file}: ${error.code}`); // such as UNSUPPORTED_FORMAT
    }
  }),
);
await detector.close();
