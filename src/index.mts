// The same classes that `require` returns: re-exported only, so that `instanceof` and state are shared.
export * from './index.js';
