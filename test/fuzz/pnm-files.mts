// PNM of every kind, made by code.
import { randomBytes, type Seeds } from './random-bytes.mjs';

const binary = (header: string, bytes: number) => Buffer.concat([Buffer.from(header), randomBytes(bytes, bytes)]);
const pam = (depth: number, most: number, kind: string) =>
  binary(
    `P7\nWIDTH 5\n# a comment\nHEIGHT 3\nDEPTH ${depth}\nMAXVAL ${most}\nTUPLTYPE ${kind}\nENDHDR\n`,
    15 * depth * (most > 255 ? 2 : 1),
  );

export function pnmFiles(): Seeds {
  return {
    'pnm-1': Buffer.from('P1\n# a comment\n5 3\n01100 1 0 0 1 1\n10101\n'),
    'pnm-2': Buffer.from('P2 5 2 15\n0 1 2 3 4\n15 14 13 12 11\n'),
    'pnm-3': Buffer.from('P3\n2 1\n65535\n65535 0 300 1 2 3\n'),
    'pnm-4': binary('P4 9 3\n', 6),
    'pnm-5': binary('P5 5 3 255\n', 15),
    'pnm-5-deep': binary('P5 5 3 1023\n', 30),
    'pnm-6': binary('P6\n5 3\n#\n200\n', 45),
    'pnm-6-deep': binary('P6 5 3 65535\n', 90),
    'pnm-7-gray-alpha': pam(2, 255, 'GRAYSCALE_ALPHA'),
    'pnm-7-rgb': pam(3, 65535, 'RGB'),
    'pnm-7-rgb-alpha': pam(4, 255, 'RGB_ALPHA'),
    'pnm-7-bits': pam(1, 1, 'BLACKANDWHITE'),
  };
}
