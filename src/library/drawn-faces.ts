/** A face to draw: its centre and its height from chin to hair, in pixels. */
export interface DrawnFace {
  x: number;
  y: number;
  height: number;
}

/** Pixels as `detect` takes them. */
export interface Picture {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 3;
  order: 'rgb';
}

type Ellipse = [
  x: number,
  y: number,
  radiusX: number,
  radiusY: number,
  softness: number,
  r: number,
  g: number,
  b: number,
  opacity: number,
];

// One face, painted in this order; positions and radii as fractions of half its height.
const ellipses: Ellipse[] = [
  [0, -0.12, 0.86, 1.08, 0.08, 52, 38, 30, 1], // hair
  [0, 0.1, 0.7, 0.95, 0.1, 214, 168, 140, 1], // skin
  [-0.28, 0.25, 0.26, 0.22, 0.9, 226, 150, 128, 0.5], // cheeks
  [0.28, 0.25, 0.26, 0.22, 0.9, 226, 150, 128, 0.5],
  [0, -0.42, 0.5, 0.25, 0.9, 232, 190, 164, 0.6], // light on the forehead
  [-0.29, -0.08, 0.2, 0.1, 0.5, 150, 105, 85, 0.7], // eye sockets
  [0.29, -0.08, 0.2, 0.1, 0.5, 150, 105, 85, 0.7],
  [-0.29, -0.23, 0.19, 0.035, 0.5, 50, 35, 28, 0.9], // brows
  [0.29, -0.23, 0.19, 0.035, 0.5, 50, 35, 28, 0.9],
  [-0.29, -0.07, 0.13, 0.055, 0.3, 240, 236, 230, 1], // whites of the eyes
  [0.29, -0.07, 0.13, 0.055, 0.3, 240, 236, 230, 1],
  [-0.29, -0.07, 0.058, 0.058, 0.3, 40, 26, 20, 1], // irises
  [0.29, -0.07, 0.058, 0.058, 0.3, 40, 26, 20, 1],
  [0, 0.16, 0.07, 0.24, 0.9, 236, 196, 170, 0.7], // ridge of the nose
  [0, 0.32, 0.15, 0.06, 0.6, 150, 96, 78, 0.7], // shadow under it
  [0, 0.56, 0.25, 0.07, 0.4, 150, 62, 60, 1], // mouth
  [0, 0.555, 0.22, 0.012, 0.5, 80, 25, 25, 1],
  [0, 0.7, 0.2, 0.06, 0.9, 176, 128, 104, 0.6], // shadow on the chin
];

/** How much an ellipse covers a point at this distance from its centre (1 is its edge), 0 to 1. */
function coverage(distance: number, softness: number): number {
  const t = Math.min(Math.max((1 + softness - distance) / (2 * softness), 0), 1);
  return t * t * (3 - 2 * t);
}

function paint(pixels: Float64Array, width: number, height: number, face: DrawnFace, ellipse: Ellipse): void {
  const unit = face.height / 2;
  const [ex, ey, erx, ery, softness, r, g, b, opacity] = ellipse;
  const centreX = face.x + ex * unit;
  const centreY = face.y + ey * unit;
  const reachX = erx * unit * (1 + softness);
  const reachY = ery * unit * (1 + softness);
  for (let y = Math.max(0, Math.floor(centreY - reachY)); y < Math.min(height, centreY + reachY); y++) {
    for (let x = Math.max(0, Math.floor(centreX - reachX)); x < Math.min(width, centreX + reachX); x++) {
      const distance = Math.hypot((x - centreX) / (erx * unit), (y - centreY) / (ery * unit));
      const share = coverage(distance, softness) * opacity;
      const at = (y * width + x) * 3;
      for (const [i, colour] of [r, g, b].entries())
        pixels[at + i] = (pixels[at + i] ?? 0) * (1 - share) + colour * share;
    }
  }
}

/**
 * A picture of faces on a plain background that gets lighter downwards. MTCNN and the Haar cascade detect them as real.
 */
export function drawFaces(width: number, height: number, faces: DrawnFace[]): Picture {
  const pixels = new Float64Array(width * height * 3);
  for (let i = 0; i < pixels.length; i++) {
    const row = Math.floor(i / (width * 3));
    pixels[i] = ([140, 130, 120][i % 3] ?? 0) + (40 * row) / Math.max(height - 1, 1) - 20;
  }
  for (const face of faces) for (const ellipse of ellipses) paint(pixels, width, height, face, ellipse);
  const data = Uint8Array.from(pixels, (value) => Math.min(Math.max(Math.round(value), 0), 255));
  return { data, width, height, channels: 3, order: 'rgb' };
}
