// What ONNX Runtime takes for YuNet's network on one thread, to set beside `npm run tools -- bench --model yunet`: the network alone, on noise of
// a picture's size filled up to multiples of 32. It is no dependency of the package; for a measurement,
//
//   npm install --no-save --ignore-scripts onnxruntime-node
//   node test/bench/onnxruntime.mjs yunet_n_dynamic.onnx 1000x602 1600x898 ...
//
// The file is that of the same name beside yunet_n_640_640.onnx, whose input has no fixed size.
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [file, ...sizes] = process.argv.slice(2);
const rounds = 15;
const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
for (const size of sizes) {
  const [width, height] = size.split('x').map((side) => Math.ceil(Number(side) / 32) * 32);
  const pixels = Float32Array.from({ length: 3 * width * height }, (_, i) => (i * 40503) % 256);
  const input = new Tensor('float32', pixels, [1, 3, height, width]);
  const times = [];
  for (let round = -3; round < rounds; ++round) {
    const start = performance.now();
    await session.run({ [session.inputNames[0]]: input });
    if (round >= 0) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(`${size}: best ${times[0].toFixed(1)} ms, median ${times[Math.floor(rounds / 2)].toFixed(1)} ms`);
}
