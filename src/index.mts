// The same classes as `require` gives: this file only re-exports them, so that `instanceof` and state are shared.
export * from './index.js';
