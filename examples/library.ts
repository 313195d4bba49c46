// The library in TypeScript, with a deadline: tsc --module nodenext examples/library.ts, then node examples/library.js photo.jpg
import { type Detection, FaceDetector, type Point } from 'opencv-face-detector';

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

async function main(file: string): Promise<void> {
  const detector = await FaceDetector.create();
  try {
    const found: Detection = await detector.detect(file, { maxSide: 1600, signal: AbortSignal.timeout(10_000) });
    for (const { landmarks } of found.faces) {
      if (landmarks) console.log(`eyes ${distance(landmarks.leftEye, landmarks.rightEye).toFixed(0)} pixels apart`);
    }
  } finally {
    await detector.close();
  }
}

void main(process.argv[2] ?? 'photo.jpg');
