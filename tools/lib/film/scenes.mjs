// What happens in each scene. `heads(t)` answers those of the second `t`, far ones first: for drawHead, and with the id of the truth. Where
// a person who was away gets another id, a tracker may give another one as well.

const light = [1, 1, 1];
const brown = [0.75, 0.66, 0.6];
const pale = [0.95, 0.98, 1];

/** From 0 to 1 while `t` goes from `start` to `end`, slowly at both ends. */
function ease(t, start, end) {
  const share = Math.min(Math.max((t - start) / (end - start), 0), 1);
  return share * share * (3 - 2 * share);
}
const wave = (t, period) => Math.sin((2 * Math.PI * t) / period);
const frameOf = (t) => Math.round(t * 25);

const strolling = (t) => [
  { id: 'a', x: 330 + 45 * t, y: 300 + 12 * wave(t, 2.3), height: 110, tint: brown },
  { id: 'b', x: 960 - 38 * t, y: 390 + 9 * wave(t, 1.7), height: 90, tint: light },
];

const recast = (t) =>
  t < 2
    ? [
        { id: 'a', x: 420 + 20 * t, y: 340, height: 130, tint: brown },
        { id: 'b', x: 820 - 25 * t, y: 330, height: 110, tint: light },
      ]
    : [
        { id: 'c', x: 470 - 20 * (t - 2), y: 355, height: 140, tint: light },
        { id: 'd', x: 1010 + 20 * (t - 2), y: 380, height: 120, tint: pale },
      ];

/** `seconds` long; `camera(t)` is how many pixels it has gone to the right, `shot(t)` the number of the background, `noise` its deviation. */
export const scenes = [
  { name: 'slow', about: 'two walk past', seconds: 4, heads: strolling },
  {
    name: 'fast',
    about: 'one runs to and fro, by up to 28 pixels a frame',
    seconds: 4.4,
    heads: (t) => [{ id: 'a', x: 640 + 480 * wave(t, 4.3), y: 360 + 30 * wave(t, 0.8), height: 130, tint: light }],
  },
  {
    name: 'cross',
    about: 'two pass each other, one behind the other',
    seconds: 5,
    heads: (t) => [
      { id: 'far', x: 250 + 160 * t, y: 345, height: 120, tint: brown },
      { id: 'near', x: 1030 - 150 * t, y: 365, height: 150, tint: light },
    ],
  },
  {
    name: 'cross of three',
    about: 'two pass a third from both sides',
    seconds: 5,
    heads: (t) => [
      { id: 'far', x: 200 + 180 * t, y: 340, height: 110, tint: pale },
      { id: 'standing', x: 640 + 6 * wave(t, 3), y: 360, height: 130, tint: brown },
      { id: 'near', x: 1080 - 170 * t, y: 385, height: 160, tint: light },
    ],
  },
  {
    name: 'turn',
    about: 'one turns to the side and back, one again and again for a moment',
    seconds: 4.6,
    heads: (t) => [
      {
        id: 'long',
        x: 380 + 40 * t,
        y: 340,
        height: 140,
        yaw: 90 * (ease(t, 0.8, 1.4) - ease(t, 1.8, 2.4)),
        tint: light,
      },
      { id: 'short', x: 950 - 30 * t, y: 380, height: 120, yaw: 85 * wave(t, 1.8) ** 5, tint: brown },
    ],
  },
  {
    name: 'leave',
    about: 'one leaves the picture and comes back, one stays',
    seconds: 5,
    heads: (t) => [
      { id: 'stays', x: 420 + 20 * wave(t, 4), y: 330, height: 120, tint: brown },
      {
        id: t < 2.4 ? 'leaves' : 'back',
        x: 1000 + 420 * (ease(t, 0.4, 2.2) - ease(t, 2.8, 4.6)),
        y: 370,
        height: 140,
        tint: light,
      },
    ],
  },
  {
    name: 'single frames',
    about: 'two who are there for one frame each, one who stays',
    seconds: 3,
    heads: (t) => [
      { id: 'stays', x: 400 + 30 * t, y: 350, height: 120, tint: brown },
      ...(frameOf(t) === 30 ? [{ id: 'at 30', x: 900, y: 300, height: 110, tint: light }] : []),
      ...(frameOf(t) === 50 ? [{ id: 'at 50', x: 700, y: 400, height: 130, tint: pale }] : []),
    ],
  },
  {
    name: 'grow',
    about: 'one comes towards the camera, from 48 to 420 pixels',
    seconds: 4,
    heads: (t) => [{ id: 'a', x: 560 + 30 * t, y: 330 + 10 * t, height: 48 * (420 / 48) ** (t / 4), tint: light }],
  },
  {
    name: 'cut',
    about: 'a hard cut to a darker place with two others, one of them where one was',
    seconds: 4,
    shot: (t) => (t < 2 ? 0 : 2),
    heads: recast,
  },
  {
    name: 'cut in a room',
    about: 'the same in front of a wall that is as light',
    seconds: 4,
    shot: (t) => (t < 2 ? 0 : 1),
    heads: recast,
  },
  { name: 'noise', about: 'as slow, with grain of 45 levels', seconds: 4, noise: 45, heads: strolling },
  {
    name: 'pan',
    about: 'the camera goes past six who stand, by up to 14 pixels a frame',
    seconds: 4,
    camera: (t) => 450 - 450 * Math.cos((Math.PI * t) / 4),
    heads: () =>
      [200, 480, 800, 1180, 1560, 1900].map((x, i) => ({
        id: `${i + 1}`,
        x,
        y: 320 + 40 * (i % 3),
        height: 90 + 20 * (i % 4),
        tint: [light, brown, pale][i % 3],
      })),
  },
];
