// Writes the three networks of models/mtcnn as ONNX beside the Caffe files: OpenCV 5 reads no Caffe. Same numbers, same
// column-major input (native/core/mtcnn/net.h).
//
//   node scripts/export-onnx.mjs [FROM] [TO]     folders of det1-3.caffemodel and of det1-3.onnx, both models/mtcnn by default
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

// The fields that are used, of Caffe's and ONNX's published schemas.
const schema = protobuf.parse(
  `
  syntax = "proto2";
  message CaffeShape { repeated int64 dim = 1 [packed = true]; }
  message CaffeBlob { repeated float data = 5 [packed = true]; optional CaffeShape shape = 7; }
  message CaffeLayer { optional string name = 1; optional string type = 2; repeated string bottom = 3; repeated CaffeBlob blobs = 7; }
  message CaffeNet { repeated CaffeLayer layer = 100; }

  message Attribute { optional string name = 1; optional int64 i = 3; repeated int64 ints = 8; optional int32 type = 20; }
  message Node { repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4; repeated Attribute attribute = 5; }
  message Tensor { repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9; }
  message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
  message Type { optional TensorType tensor_type = 1; }
  message Value { optional string name = 1; optional Type type = 2; }
  message Graph { repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5; repeated Value input = 11; repeated Value output = 12; }
  message Opset { optional string domain = 1; optional int64 version = 2; }
  message Model { optional int64 ir_version = 1; optional string producer_name = 2; optional Graph graph = 7; repeated Opset opset_import = 8; }
`,
  { keepCase: true },
).root;

// What det1-3.prototxt describe: convolutions in turn with the pool behind each as [kernel, stride], dense layers, then the
// heads, the first of them through softmax.
const nets = {
  det1: { convolutions: { conv1: [2, 2], conv2: null, conv3: null }, dense: [], heads: ['conv4-1', 'conv4-2'] },
  det2: {
    convolutions: { conv1: [3, 2], conv2: [3, 2], conv3: null },
    dense: ['conv4'],
    heads: ['conv5-1', 'conv5-2'],
  },
  det3: {
    convolutions: { conv1: [3, 2], conv2: [3, 2], conv3: [2, 2], conv4: null },
    dense: ['conv5'],
    heads: ['conv6-1', 'conv6-2', 'conv6-3'],
  },
};

const FLOAT = 1;
const integer = (name, i) => ({ name, i, type: 2 });
const integers = (name, ints) => ({ name, ints, type: 7 });

function readCaffe(file) {
  const { layer } = schema.lookupType('CaffeNet').decode(readFileSync(file));
  const blobs = (found) => found.blobs.map(({ data, shape }) => ({ data, dims: shape.dim.map(Number) }));
  return {
    weights: (name) => blobs(layer.find((candidate) => candidate.name === name)),
    // In place on a layer, and called differently from net to net.
    slopes: (name) => blobs(layer.find(({ type, bottom }) => type === 'PReLU' && bottom[0] === name))[0],
  };
}

function buildGraph(name, { convolutions, dense, heads }) {
  return function fill(caffe) {
    const graph = { name, node: [], initializer: [], input: [], output: [] };
    let last = 'data';
    const add = (op_type, output, input, attribute = []) => {
      graph.node.push({ op_type, name: output, input: [last, ...input], output: [output], attribute });
      last = output;
    };
    const constant = (tensorName, { data, dims }) => {
      graph.initializer.push({
        name: tensorName,
        dims,
        data_type: FLOAT,
        raw_data: Buffer.from(Float32Array.from(data).buffer),
      });
      return tensorName;
    };
    const weights = (layer) =>
      caffe.weights(layer).map((blob, i) => constant(`${layer}.${['weight', 'bias'][i]}`, blob));
    const addConvolution = (layer) => {
      const input = weights(layer);
      add('Conv', layer, input, [integers('kernel_shape', caffe.weights(layer)[0].dims.slice(2))]);
    };
    const prelu = (layer, trailing) => {
      const { data } = caffe.slopes(layer);
      add('PRelu', `${layer}.prelu`, [constant(`${layer}.slope`, { data, dims: [data.length, ...trailing] })]);
    };
    for (const [layer, pool] of Object.entries(convolutions)) {
      addConvolution(layer);
      prelu(layer, [1, 1]);
      // Caffe's pools round up, ONNX's down unless told otherwise.
      if (pool) {
        const [kernel, stride] = pool;
        add(
          'MaxPool',
          `${layer}.pool`,
          [],
          [integers('kernel_shape', [kernel, kernel]), integers('strides', [stride, stride]), integer('ceil_mode', 1)],
        );
      }
    }
    if (dense.length > 0) add('Flatten', 'flat', [], [integer('axis', 1)]);
    for (const layer of dense) {
      add('Gemm', layer, weights(layer), [integer('transB', 1)]);
      prelu(layer, []);
    }
    const trunk = last;
    // P-Net slides over pictures of any size, the others judge crops of one.
    const side = { det2: 24, det3: 48 }[name];
    const value = (valueName, ...dims) => {
      const dim = dims.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
      return { name: valueName, type: { tensor_type: { elem_type: FLOAT, shape: { dim } } } };
    };
    graph.input.push(value('data', 'batch', 3, side ?? 'columns', side ?? 'rows'));
    for (const head of heads) {
      last = trunk;
      if (side) add('Gemm', head, weights(head), [integer('transB', 1)]);
      else addConvolution(head);
      const channels = graph.initializer.at(-1).dims[0];
      if (head === heads[0]) add('Softmax', 'prob1', [], [integer('axis', 1)]);
      graph.output.push(value(last, 'batch', channels, ...(side ? [] : ['window_columns', 'window_rows'])));
    }
    return graph;
  };
}

const mtcnn = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'models', 'mtcnn');
const [from = mtcnn, to = from] = process.argv.slice(2);
const missing = Object.keys(nets).find((name) => !existsSync(path.join(from, `${name}.caffemodel`)));
if (missing) {
  console.error(`${missing}.caffemodel is not in ${from}. Fetch the weights: npx opencv-face-detector models fetch`);
  process.exit(1);
}
const Model = schema.lookupType('Model');
for (const [name, net] of Object.entries(nets)) {
  const graph = buildGraph(name, net)(readCaffe(path.join(from, `${name}.caffemodel`)));
  // IR 6 and operator set 11: read by OpenCV from 4.5 to 5 and by every onnxruntime of today.
  const model = {
    ir_version: 6,
    producer_name: 'opencv-face-detector',
    opset_import: [{ domain: '', version: 11 }],
    graph,
  };
  const file = path.join(to, `${name}.onnx`);
  writeFileSync(file, Model.encode(Model.fromObject(model)).finish());
  console.log(`wrote ${file}`);
}
