import { bytesOfFloats } from './float32.js';
import type { Layer, LayerWeights, Net } from './mtcnn-nets.js';
import { bytesField, integerField, messageField, stringField } from './protobuf.js';

// Field numbers of ONNX's onnx.proto3.
const modelField = { irVersion: 1, producerName: 2, graph: 7, operatorSet: 8 };
const graphField = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const nodeField = { input: 1, output: 2, name: 3, operator: 4, attribute: 5 };
const attributeField = { name: 1, integer: 3, integers: 8, type: 20 };
const tensorField = { size: 1, dataType: 2, name: 8, rawData: 9 };
const float32 = 1;

const integer = (name: string, value: number) => [
  stringField(attributeField.name, name),
  integerField(attributeField.integer, value),
  integerField(attributeField.type, 2),
];
const integers = (name: string, values: number[]) => [
  stringField(attributeField.name, name),
  ...values.map((value) => integerField(attributeField.integers, value)),
  integerField(attributeField.type, 7),
];

function tensor(name: string, numbers: Float32Array, sizes: number[]): Uint8Array[] {
  return [
    ...sizes.map((size) => integerField(tensorField.size, size)),
    integerField(tensorField.dataType, float32),
    stringField(tensorField.name, name),
    bytesField(tensorField.rawData, bytesOfFloats(numbers)),
  ];
}

/** A float32 input or output; a size given as a name is variable. */
function value(name: string, sizes: (number | string)[]): Uint8Array[] {
  const dimensions = sizes.map((size) =>
    messageField(1, [typeof size === 'number' ? integerField(1, size) : stringField(2, size)]),
  );
  const tensorType = [integerField(1, float32), messageField(2, dimensions)];
  return [stringField(1, name), messageField(2, [messageField(1, tensorType)])];
}

/** Collects the nodes of a graph; each reads the output of the one before, unless `last` is reset. */
class Graph {
  readonly #nodes: Uint8Array[] = [];
  readonly #initializers: Uint8Array[] = [];
  last = 'data';

  add(operator: string, output: string, constants: string[] = [], attributes: Uint8Array[][] = []): void {
    const inputs = [this.last, ...constants];
    this.#nodes.push(
      messageField(graphField.node, [
        ...inputs.map((input) => stringField(nodeField.input, input)),
        stringField(nodeField.output, output),
        stringField(nodeField.name, output),
        stringField(nodeField.operator, operator),
        ...attributes.map((attribute) => messageField(nodeField.attribute, attribute)),
      ]),
    );
    this.last = output;
  }

  constant(name: string, numbers: Float32Array, sizes: number[]): string {
    this.#initializers.push(messageField(graphField.initializer, tensor(name, numbers, sizes)));
    return name;
  }

  addLayer({ name, inputs, outputs, kernel, isDense, pool }: Layer, { weights, bias, slopes }: LayerWeights): void {
    const sizes = isDense ? [outputs, inputs * kernel * kernel] : [outputs, inputs, kernel, kernel];
    const constants = [this.constant(`${name}.weight`, weights, sizes), this.constant(`${name}.bias`, bias, [outputs])];
    if (isDense) this.add('Gemm', name, constants, [integer('transB', 1)]);
    else this.add('Conv', name, constants, [integers('kernel_shape', [kernel, kernel])]);
    if (slopes)
      this.add('PRelu', `${name}.prelu`, [
        this.constant(`${name}.slope`, slopes, isDense ? [outputs] : [outputs, 1, 1]),
      ]);
    if (!pool) return;
    // Caffe's pooling rounds up, ONNX's rounds down by default.
    this.add(
      'MaxPool',
      `${name}.pool`,
      [],
      [
        integers('kernel_shape', [pool.kernel, pool.kernel]),
        integers('strides', [pool.stride, pool.stride]),
        integer('ceil_mode', 1),
      ],
    );
  }

  encode(name: string, input: Uint8Array[], outputs: Uint8Array[][]): Uint8Array[] {
    return [
      ...this.#nodes,
      stringField(graphField.name, name),
      ...this.#initializers,
      messageField(graphField.input, input),
      ...outputs.map((output) => messageField(graphField.output, output)),
    ];
  }
}

/**
 * Writes one of MTCNN's networks as an ONNX file: the same numbers always give the same bytes, whatever their source.
 * The input is the transposed image, batch x 3 x columns x rows, as in training. IR version 6 and operator set 11 are
 * read by OpenCV from 4.5 on and by every current onnxruntime.
 */
export function writeOnnx(net: Net, weights: Map<string, LayerWeights>): Uint8Array {
  const graph = new Graph();
  const addLayer = (layer: Layer) => graph.addLayer(layer, weights.get(layer.name) as LayerWeights);
  for (const layer of net.trunk) {
    if (layer.isDense) graph.add('Flatten', 'flat', [], [integer('axis', 1)]);
    addLayer(layer);
  }
  const trunk = graph.last;
  const outputs = net.heads.map((head, i) => {
    graph.last = trunk;
    addLayer(head);
    if (i === 0) graph.add('Softmax', 'prob1', [], [integer('axis', 1)]);
    return value(graph.last, ['batch', head.outputs, ...(net.side ? [] : ['window_columns', 'window_rows'])]);
  });
  const input = value('data', ['batch', 3, net.side ?? 'columns', net.side ?? 'rows']);
  return Buffer.concat([
    integerField(modelField.irVersion, 6),
    stringField(modelField.producerName, 'opencv-face-detector'),
    messageField(modelField.graph, graph.encode(net.name, input, outputs)),
    messageField(modelField.operatorSet, [stringField(1, ''), integerField(2, 11)]),
  ]);
}
