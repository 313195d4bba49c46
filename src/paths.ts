import path from 'node:path';

// A bundle that is an ES module has no __dirname, and must not end on import; bundle.ts then says what is wrong.
const here = typeof __dirname === 'string' ? __dirname : path.resolve('/');

/** The folder of package.json: of the checkout, or of the installed package. */
export const packageRoot = path.join(here, '..');
