import { readCaffe } from './caffe.js';
import { type Net, nets } from './mtcnn-nets.js';
import { writeOnnx } from './onnx.js';
import { readTensorflow } from './tensorflow.js';

/** Forms in which MTCNN's weights are published; both hold the same numbers. */
export type PublishedForm = 'caffe' | 'tensorflow';

const readers = { caffe: readCaffe, tensorflow: readTensorflow };

/** Makes the ONNX file of that name from the published file with its numbers. Throws RangeError if that is damaged. */
export function toOnnx(fileName: string, form: PublishedForm, published: Uint8Array): Uint8Array {
  const net = nets.find(({ name }) => `${name}.onnx` === fileName) as Net;
  return writeOnnx(net, readers[form](net, published));
}
