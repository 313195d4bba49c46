// The library in CommonJS: node examples/library.cjs photo.jpg
const { FaceDetector } = require('opencv-face-detector');

async function main([file]) {
  const detector = await FaceDetector.create();
  const { faces, timings } = await detector.detect(file);
  for (const { box, confidence } of faces) console.log(Math.round(box.x), Math.round(box.y), confidence.toFixed(3));
  console.log(`decoded in ${timings.decode.toFixed(1)} ms, all in ${timings.total.toFixed(1)} ms`);
  await detector.close();
}

main(process.argv.slice(2));
