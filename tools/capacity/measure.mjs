import { FaceDetector } from '../lib/library.mjs';

const rounds = 5;

/** What is known of a search of `image`, and its processor milliseconds (`cpu`) in this process: the least of some rounds. */
async function sampleOf(detector, image, minFaceSize) {
  let cpu = Number.POSITIVE_INFINITY;
  let found;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    found = await detector.detect(image, { minFaceSize });
    const { user, system } = process.cpuUsage(before);
    cpu = Math.min(cpu, (user + system) / 1000);
  }
  const { width, height } = found.image;
  return { cpu, width, height, megapixels: (width * height) / 1e6, minFaceSize, faces: found.faces.length };
}

/** A sample for each of `images` ({ name, bytes }) and each minimum face size, by mtcnn on one thread. */
export async function measure(images, minFaceSizes) {
  const detector = await FaceDetector.create({ slots: 1 });
  const samples = [];
  for (const { name, bytes } of images) {
    for (const minFaceSize of minFaceSizes) {
      samples.push({ name, ...(await sampleOf(detector, bytes, minFaceSize)) });
    }
  }
  await detector.close();
  return samples;
}
