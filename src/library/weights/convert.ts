import { readCaffe } from './caffe.js';
import { type Net, nets } from './mtcnn-nets.js';
import { writeOnnx } from './onnx.js';
import { readTensorflow } from './tensorflow.js';

/** Forms in which MTCNN's weights are published; both hold the same numbers. */
export type PublishedForm = 'caffe' | 'tensorflow';

const readers = { caffe: readCaffe, tensorflow: readTensorflow };

/** The ONNX file of that name out of the published file that has its numbers. Throws RangeError where that is damaged. */
export function toOnnx(fileName: string, form: PublishedForm, published: Uint8Array): Uint8Array {
  const net = nets.find(({ name }) => `${name}.onnx` === fileName) as Net;
  return writeOnnx(net, readers[form](net, published));
}
