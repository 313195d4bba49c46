import { encode, type Picture } from './picture.mjs';

/** A fictional person. Lengths in pixels, colours as #rrggbb. */
interface Person {
  /** Centre of the face. */
  x: number;
  y: number;
  /** Height of the face from chin to hair. */
  height: number;
  skin: string;
  hair: string;
  shirt: string;
  /** Tilt of the head in radians, clockwise. */
  tilt?: number;
}

export interface Sample {
  name: string;
  title: string;
  width: number;
  height: number;
  people: readonly Person[];
}

/** An ellipse with a soft edge: centre and radii as fractions of half the face's height, and softness from 0 to 1. */
type Ellipse = [
  x: number,
  y: number,
  radiusX: number,
  radiusY: number,
  softness: number,
  colour: string,
  opacity: number,
];

const pair = ([x, ...rest]: Ellipse): Ellipse[] => [
  [-x, ...rest],
  [x, ...rest],
];

// Lit from above, so recessed parts are darker than the skin, whatever its colour. In the order of painting; the smile
// comes last.
const face = (skin: string, hair: string): Ellipse[] => [
  [0, -0.14, 0.82, 1.02, 0.05, hair, 1],
  [0, 0.08, 0.68, 0.94, 0.05, skin, 1],
  [0, -0.44, 0.46, 0.22, 0.9, '#fff2e2', 0.28],
  ...pair([0.31, 0.28, 0.19, 0.17, 0.9, '#d2513a', 0.26]),
  ...pair([0.29, -0.09, 0.21, 0.12, 0.7, '#2a120a', 0.36]),
  ...pair([0.29, -0.27, 0.18, 0.034, 0.5, hair, 0.85]),
  ...pair([0.29, -0.07, 0.13, 0.06, 0.25, '#f4efe8', 1]),
  ...pair([0.285, -0.07, 0.062, 0.06, 0.25, '#24160f', 1]),
  ...pair([0.265, -0.09, 0.018, 0.018, 0.3, '#ffffff', 0.9]),
  [0, 0.12, 0.06, 0.24, 0.9, '#fff2e2', 0.3],
  [0, 0.33, 0.15, 0.05, 0.6, '#2a120a', 0.42],
  [0, 0.74, 0.16, 0.045, 0.9, '#2a120a', 0.2],
];

function paint(context: CanvasRenderingContext2D, [x, y, rx, ry, softness, colour, opacity]: Ellipse): void {
  const gradient = context.createRadialGradient(0, 0, 1 - softness, 0, 0, 1 + softness);
  gradient.addColorStop(0, colour);
  gradient.addColorStop(0.5, `${colour}80`);
  gradient.addColorStop(1, `${colour}00`);
  context.save();
  context.translate(x, y);
  context.scale(rx, ry);
  context.globalAlpha = opacity;
  context.fillStyle = gradient;
  context.fillRect(-2, -2, 4, 4);
  context.restore();
}

/** A crescent between two curves from one corner of the mouth to the other. */
function smile(context: CanvasRenderingContext2D, lower: number, upper: number, colour: string): void {
  context.beginPath();
  context.moveTo(-0.27, 0.5);
  context.quadraticCurveTo(0, lower, 0.27, 0.5);
  context.quadraticCurveTo(0, upper, -0.27, 0.5);
  context.fillStyle = colour;
  context.fill();
}

function drawPerson(context: CanvasRenderingContext2D, { x, y, height, skin, hair, shirt, tilt = 0 }: Person): void {
  context.save();
  context.translate(x, y);
  context.scale(height / 2, height / 2);
  context.fillStyle = shirt;
  context.beginPath();
  context.roundRect(-1.3, 1.42, 2.6, 9, 0.85);
  context.fill();
  paint(context, [0, 1.2, 0.36, 0.5, 0.05, skin, 1]);
  paint(context, [0, 1.04, 0.3, 0.14, 0.25, '#2a120a', 0.28]);
  context.rotate(tilt);
  for (const ellipse of face(skin, hair)) paint(context, ellipse);
  smile(context, 0.78, 0.5, '#a5393c');
  smile(context, 0.69, 0.56, '#f7efe6');
  context.restore();
}

const shirts = ['#2f5d62', '#8a4f3d', '#3d4f7c', '#6b705c', '#7d4b6c', '#4a4e69'];
const hairs = ['#2b1d16', '#5b3a22', '#16120f', '#7a5230', '#3a3232'];
const skins = ['#e0b090', '#c68e68', '#f0c8a8', '#a8724c', '#d8a078'];
const pick = <T,>(list: readonly T[], i: number) => list[i % list.length] as T;

/** Rows of people from the back to the front, each row lower and larger. */
function crowd(width: number): Person[] {
  const rows = [7, 6, 5].map((count, row) =>
    Array.from({ length: count }, (_, i) => ({
      x: (width / count) * (i + 0.5) + (((i * 37 + row * 53) % 5) - 2) * 6,
      y: [110, 255, 440][row] as number,
      height: [68, 92, 124][row] as number,
      skin: pick(skins, i * 2 + row),
      hair: pick(hairs, i + row * 2),
      shirt: pick(shirts, i * 5 + row * 2),
      tilt: (((i + row) % 3) - 1) * 0.06,
    })),
  );
  return rows.flat();
}

export const samples: readonly Sample[] = [
  {
    name: 'one.png',
    title: 'One',
    width: 640,
    height: 640,
    people: [{ x: 320, y: 270, height: 300, skin: '#e0b090', hair: '#3a241a', shirt: '#2f5d62' }],
  },
  {
    name: 'three.png',
    title: 'Three',
    width: 960,
    height: 600,
    people: [
      { x: 210, y: 250, height: 190, skin: '#c68e68', hair: '#16120f', shirt: '#8a4f3d', tilt: -0.08 },
      { x: 740, y: 230, height: 200, skin: '#f0c8a8', hair: '#7a5230', shirt: '#3d4f7c', tilt: 0.06 },
      { x: 480, y: 300, height: 250, skin: '#d8a078', hair: '#2b1d16', shirt: '#6b705c' },
    ],
  },
  { name: 'crowd.png', title: 'Many', width: 1120, height: 640, people: crowd(1120) },
];

/** Draws a sample, so that nobody needs a photograph to try the service. */
export function drawSample({ width, height, people }: Sample): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser draws no canvas');
  const ground = context.createLinearGradient(0, 0, 0, height);
  ground.addColorStop(0, '#aebfbd');
  ground.addColorStop(1, '#dcd8cc');
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  for (const person of people) drawPerson(context, person);
  return canvas;
}

/** The sample as a file to send. */
export async function samplePicture(sample: Sample): Promise<Picture> {
  const canvas = drawSample(sample);
  return { name: sample.name, isFile: false, blob: await encode(canvas, 'image/png'), drawable: canvas };
}
