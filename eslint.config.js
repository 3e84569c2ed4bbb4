import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Data goes one way, cortex -> services -> segments -> devo: what each folder may not reach. */
const boundaries = [
  [
    'workflows',
    ['activities', 'cortex', 'devo', 'segments', 'config', 'worker', 'cli', 'services', 'errors'],
  ],
  [
    'pull',
    [
      'workflows',
      'activities',
      'cortex',
      'devo',
      'segments',
      'config',
      'worker',
      'cli',
      'services',
      'errors',
    ],
  ],
  ['services', ['workflows', 'activities', 'devo', 'segments', 'worker', 'cli']],
  ['cortex', ['workflows', 'activities', 'services', 'devo', 'segments', 'worker', 'cli']],
  ['segments', ['workflows', 'activities', 'services', 'cortex', 'devo', 'worker', 'cli']],
  ['devo', ['workflows', 'activities', 'services', 'cortex', 'worker', 'cli']],
  ['config', ['workflows', 'activities', 'cortex', 'devo', 'segments', 'worker', 'cli']],
  ['activities', ['workflows', 'worker', 'cli']],
  ['worker', ['cli']],
];

export default tseslint.config(
  {
    ignores: ['dist/', 'dist-simulator/', 'node_modules/', '.cache/', '.stryker-tmp/', 'reports/'],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'] } })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/extensions': ['.ts', '.js'],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...boundaries.map(([folder, forbidden]) => ({
              target: `./src/${folder}`,
              from: forbidden.map((name) => `./src/${name}`),
              message: `src/${folder} may not import from there: see docs/architecture.md`,
            })),
            { target: './simulator', from: './src', message: 'The simulator stands alone.' },
            { target: './src', from: './simulator', message: 'Production lacks the simulator.' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['#simulator'],
              allowTypeImports: true,
              message: 'Production lacks the simulator: load it with loadSimulator.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/workflows/**', 'src/pull/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!@temporalio/(workflow|common)$|\\.)',
              message:
                'Workflow code is deterministic: types, pull/ and @temporalio/workflow only.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['*.config.ts', '*.config.js'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['test/**'],
    rules: { 'max-lines': ['error', { max: 360, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['bench/**'],
    languageOptions: {
      globals: { AbortController: 'readonly', fetch: 'readonly', performance: 'readonly' },
    },
  },
);
