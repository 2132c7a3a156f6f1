import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], testTimeout: number) => ({
  test: {
    ...{ name, include, testTimeout, hookTimeout: 60_000, exclude: ['**/node_modules/**', '**/dist/**'] },
    // A second, as it is otherwise, is not enough while the machine has something else to do.
    expect: { poll: { timeout: 15_000 } },
  },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project(
        'unit',
        [
          'packages/**/src/**/*.test.ts',
          'packages/desk/{api,chain,server,web}/**/!(*.service|*.web).test.ts',
          '{benchmarks,scripts}/**/!(*.preload).test.ts',
        ],
        20_000,
      ),
      project('service', ['packages/**/test/**/*.service.test.ts', 'examples/**/*.service.test.ts'], 120_000),
      project('web', ['packages/desk/test/**/*.web.test.ts'], 120_000),
      project('preload', ['packages/**/test/**/*.preload.test.ts', 'scripts/**/*.preload.test.ts'], 120_000),
    ],
  },
})
