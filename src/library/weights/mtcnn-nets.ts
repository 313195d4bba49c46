/**
 * The three networks of MTCNN, as published by Zhang and others (https://arxiv.org/abs/1604.02878, det1-3.prototxt).
 */

/** A convolution, or a dense layer, which is a convolution whose kernel covers its whole input. */
export interface Layer {
  name: string;
  inputs: number;
  outputs: number;
  /** Side of the kernel. */
  kernel: number;
  isDense: boolean;
  /** Followed by PReLU, with one slope per output; not so the heads. */
  hasSlopes: boolean;
  /** Followed by max pooling, rounding up. */
  pool?: { kernel: number; stride: number };
}

export interface Net {
  /** File name without extension. */
  name: 'det1' | 'det2' | 'det3';
  /** Side of its input; absent for P-Net, which slides over images of any size. */
  side?: number;
  /** Layers in order, each reading the one before. */
  trunk: Layer[];
  /** Outputs that all read the last trunk layer: class (with softmax), box, landmarks. */
  heads: Layer[];
}

/** A layer's weights in Caffe's order. */
export interface LayerWeights {
  /** outputs x inputs x kernel x kernel */
  weights: Float32Array;
  bias: Float32Array;
  slopes?: Float32Array;
}

function convolution(name: string, inputs: number, outputs: number, kernel: number, poolKernel?: number): Layer {
  const layer = { name, inputs, outputs, kernel, isDense: false, hasSlopes: true };
  return poolKernel ? { ...layer, pool: { kernel: poolKernel, stride: 2 } } : layer;
}

const dense = (name: string, inputs: number, outputs: number, kernel: number): Layer => ({
  ...convolution(name, inputs, outputs, kernel),
  isDense: true,
});

const head = (name: string, inputs: number, outputs: number, isDense: boolean): Layer => ({
  ...convolution(name, inputs, outputs, 1),
  isDense,
  hasSlopes: false,
});

export const nets: Net[] = [
  {
    name: 'det1',
    trunk: [convolution('conv1', 3, 10, 3, 2), convolution('conv2', 10, 16, 3), convolution('conv3', 16, 32, 3)],
    heads: [head('conv4-1', 32, 2, false), head('conv4-2', 32, 4, false)],
  },
  {
    name: 'det2',
    side: 24,
    trunk: [
      convolution('conv1', 3, 28, 3, 3),
      convolution('conv2', 28, 48, 3, 3),
      convolution('conv3', 48, 64, 2),
      dense('conv4', 64, 128, 3),
    ],
    heads: [head('conv5-1', 128, 2, true), head('conv5-2', 128, 4, true)],
  },
  {
    name: 'det3',
    side: 48,
    trunk: [
      convolution('conv1', 3, 32, 3, 3),
      convolution('conv2', 32, 64, 3, 3),
      convolution('conv3', 64, 64, 3, 2),
      convolution('conv4', 64, 128, 2),
      dense('conv5', 128, 256, 3),
    ],
    heads: [head('conv6-1', 256, 2, true), head('conv6-2', 256, 4, true), head('conv6-3', 256, 10, true)],
  },
];

export const layersOf = ({ trunk, heads }: Net) => [...trunk, ...heads];

export const weightCount = ({ outputs, inputs, kernel }: Layer) => outputs * inputs * kernel * kernel;

/** Throws RangeError if the sizes of a layer's weights are wrong. */
export function checkSizes(layer: Layer, { weights, bias, slopes }: LayerWeights): void {
  const found = [weights.length, bias.length, slopes?.length ?? 0];
  const wanted = [weightCount(layer), layer.outputs, layer.hasSlopes ? layer.outputs : 0];
  if (found.some((count, i) => count !== wanted[i]))
    throw new RangeError(`${layer.name} has ${found.join(', ')} numbers instead of ${wanted.join(', ')}`);
}
