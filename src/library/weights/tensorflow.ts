import { floatsOf } from './float32.js';
import { type Layer, type LayerWeights, layersOf, type Net, nets, weightCount } from './mtcnn-nets.js';

/** Reorders TensorFlow's kernel x kernel x inputs x outputs into Caffe's outputs x inputs x kernel x kernel. */
function transposed(from: Float32Array, { inputs, outputs, kernel }: Layer): Float32Array {
  const area = kernel * kernel;
  const to = new Float32Array(from.length);
  from.forEach((value, i) => {
    const output = i % outputs;
    const input = Math.floor(i / outputs) % inputs;
    const tap = Math.floor(i / outputs / inputs);
    to[(output * inputs + input) * area + tap] = value;
  });
  return to;
}

/**
 * The weights of a network's layers, by name, from the one file in which TensorFlow.js ports of MTCNN keep all three
 * networks: little-endian float32, for each layer its weights, biases and slopes. Throws RangeError if the length is
 * wrong.
 */
export function readTensorflow(net: Net, shard: Uint8Array): Map<string, LayerWeights> {
  const numbers = floatsOf(shard);
  let at = 0;
  const take = (count: number) => {
    at += count;
    return numbers.slice(at - count, at);
  };
  const read = (layer: Layer): LayerWeights => {
    const weights = transposed(take(weightCount(layer)), layer);
    const bias = take(layer.outputs);
    return layer.hasSlopes ? { weights, bias, slopes: take(layer.outputs) } : { weights, bias };
  };
  const all = nets.map(({ name, ...rest }) => ({
    name,
    layers: layersOf({ name, ...rest }).map((layer): [string, LayerWeights] => [layer.name, read(layer)]),
  }));
  if (at !== numbers.length) throw new RangeError(`${numbers.length} numbers instead of ${at}`);
  return new Map(all.find(({ name }) => name === net.name)?.layers);
}
