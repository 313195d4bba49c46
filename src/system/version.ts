import { packageManifest } from './package-root.js';

/** The package's version. */
export const version = (): string => packageManifest().version;
