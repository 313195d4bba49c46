import { floatsOf } from './float32.js';
import { checkSizes, type LayerWeights, layersOf, type Net } from './mtcnn-nets.js';
import { bytesOf, type Field, readFields } from './protobuf.js';

// Field numbers of Caffe's caffe.proto: NetParameter, LayerParameter, BlobProto.
const netLayer = 100;
const layerName = 1;
const layerType = 2;
const layerBottom = 3;
const layerBlobs = 7;
const blobData = 5;

const textOf = (fields: Field[], number: number) => String(Buffer.from(bytesOf(fields, number)[0] ?? []));

function blobsOf(layer: Field[] | undefined): Float32Array[] {
  return bytesOf(layer ?? [], layerBlobs).map((blob) =>
    floatsOf(bytesOf(readFields(blob), blobData)[0] ?? new Uint8Array()),
  );
}

/**
 * The weights of a network's layers, by name. Throws RangeError if a .caffemodel is damaged or belongs to another
 * network.
 */
export function readCaffe(net: Net, caffemodel: Uint8Array): Map<string, LayerWeights> {
  const layers = bytesOf(readFields(caffemodel), netLayer).map(readFields);
  return new Map(
    layersOf(net).map((layer) => {
      const [weights, bias] = blobsOf(layers.find((candidate) => textOf(candidate, layerName) === layer.name));
      // The name of the layer's PReLU differs from net to net; it works in place, so find it by its input.
      const [slopes] = blobsOf(
        layers.find(
          (candidate) => textOf(candidate, layerType) === 'PReLU' && textOf(candidate, layerBottom) === layer.name,
        ),
      );
      const found = { weights: weights ?? new Float32Array(), bias: bias ?? new Float32Array() };
      const complete = slopes ? { ...found, slopes } : found;
      checkSizes(layer, complete);
      return [layer.name, complete];
    }),
  );
}
