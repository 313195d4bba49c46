import path from 'node:path';

/** The folder of package.json: of the checkout, or of the installed package. */
export const packageRoot = path.join(__dirname, '..');
