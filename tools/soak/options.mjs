// Options as the soak's requests give them: few values, so that answers come again and can be compared.

const search = [
  {},
  {},
  { minFaceSize: 40 },
  { minFaceSize: 80, threshold: 0.9 },
  { maxSide: 320 },
  { scaleFactor: 0.5, pnetThreshold: 0.7 },
  { maxFaces: 1, sort: 'area' },
  { clip: false, rnetThreshold: 0.8 },
  { fastDecode: true, minFaceSize: 40 },
  { truncated: 'accept' },
  { orientation: 'auto' },
  { faceQuality: true },
];

// /v1/redact hides the faces beyond them as well, and has none of these.
const limits = [{}, {}, {}, { maxRoll: 20 }, { maxYaw: 30, minSharpness: 5 }];

const written = [{}, {}, { format: 'jpeg' }, { format: 'png' }, { format: 'webp' }, { format: 'jpeg', quality: 50 }];

const pictures = {
  '/v1/annotate': [{}, { landmarks: false }, { scores: false }],
  '/v1/redact': [
    {},
    { mode: 'pixelate', shape: 'box' },
    { mode: 'fill', margin: 0 },
    { mode: 'blur', margin: 1 },
    { only: '[]', regions: '0,0,9,9' },
    { except: '[]', regions: '0,0,1,1;0,0,40,30' },
  ],
  '/v1/crops': [{}, { size: 48 }, { align: false }, { align: false, margin: 0.5, size: 200 }],
  '/v1/crop': [{}, { zoom: 0.5 }, { zoom: 1, width: 90 }, { fit: 'exact', height: 400 }],
};

/** Options without which the route takes no image. */
export const neededOptions = (route) =>
  route === '/v1/crop'
    ? [
        ['width', '200'],
        ['height', '150'],
      ]
    : [];

const pointOptions = ['orientation', 'faceQuality', 'maxRoll', 'maxYaw', 'minSharpness'];

/** Whether only a model with landmarks can do it. */
const needsPoints = (route, options) =>
  (route === '/v1/crops' && options.align !== false) || pointOptions.some((name) => name in options);

const wrong = [
  ['minFaceSize', 'abc'],
  ['minFaceSize', '3'],
  ['threshold', '2'],
  ['sort', 'age'],
  ['orientation', 'up'],
  ['maxRoll', '-1'],
  ['width', '0'],
  ['maxPixels', '5'],
  ['no such option', '1'],
  ['__proto__', '1'],
  ['model', 'resnet'],
];

/** Valid options of a route of one image or of a batch, as `[name, text]`; `models` as `/v1/models` lists them. */
export function validOptions(random, route, models) {
  const sets = [
    Object.fromEntries(neededOptions(route)),
    random.pick(search),
    route === '/v1/redact' ? {} : random.pick(limits),
    ...(pictures[route] ? [random.pick(written), random.pick(pictures[route])] : []),
  ];
  const options = Object.assign({}, ...sets);
  const { name: model, landmarks } = random.pick(models);
  if (random.chance(0.5) && (landmarks || !needsPoints(route, options))) options.model = model;
  return Object.entries(options).map(([name, value]) => [name, String(value)]);
}

/** Options of which one is wrong or given twice. */
export function invalidOptions(random, route, models) {
  const valid = validOptions(random, route, models);
  if (valid.length > 0 && random.chance(0.2)) return [...valid, valid[0]];
  const [name, text] = random.pick(wrong);
  return [...valid.filter(([other]) => other !== name), [name, text]];
}
