import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../system/package-root.js';
import { FaceDetectorError } from './face-detector-error.js';

/**
 * Throws FaceDetectorError ADDON_MISSING if a bundler has copied this code out of its package, without the addon and
 * the weights.
 */
export function refuseBundle(root = packageRoot): void {
  if (existsSync(path.join(root, 'dist', 'library', 'native.js'))) return;
  throw new FaceDetectorError(
    'ADDON_MISSING',
    'opencv-face-detector has been bundled, away from its native addon. Mark it external, so that it is loaded from node_modules: ' +
      "esbuild --external:opencv-face-detector; webpack externals: { 'opencv-face-detector': 'node-commonjs opencv-face-detector' }; " +
      "Next.js serverExternalPackages: ['opencv-face-detector']; Vite ssr.external: ['opencv-face-detector']",
  );
}
