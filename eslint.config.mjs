// The rules that need types. Style, and whatever one file shows by itself, is Biome's.
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'docs/', '**/*.cjs', '*.mjs', 'examples/', 'test/**/*.mjs'] },
  tseslint.configs.strictTypeCheckedOnly,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      // What was caught, or is a signal's reason, is passed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingUnknown: true, allowThrowingAny: true },
      ],
      // `return next(error)` ends a handler on one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // The library's door checks what a caller in JavaScript may give in spite of the types.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // An async function makes a rejection of what it throws, with or without an await.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Plain JavaScript, whose types are guessed: what is not waited for shows nevertheless.
    files: ['scripts/**', 'tools/**'],
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    files: ['test/**'],
    rules: {
      // A test reads a parsed answer field by field, and fails where one is not there.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-useless-default-assignment': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      // Messages of assertions; what OpenCV's bindings throw; methods that are only looked at.
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
