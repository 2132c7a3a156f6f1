import { defineConfig } from 'vitest/config'

// Enough for any that does not hang, whatever else the machine does.
const testTimeout = 300_000

const project = (name: string, include: string[]) => ({
  test: {
    ...{ name, include, testTimeout, hookTimeout: 120_000, exclude: ['**/node_modules/**', '**/dist/**'] },
    // A second, as it is otherwise, is not enough while the machine has something else to do.
    expect: { poll: { timeout: 15_000 } },
  },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', [
        'packages/**/src/**/*.test.ts',
        'packages/desk/{api,chain,server,tools,web}/**/!(*.service|*.web).test.ts',
        '{benchmarks,scripts}/**/!(*.preload).test.ts',
      ]),
      project('service', ['packages/**/test/**/*.service.test.ts', 'examples/**/*.service.test.ts']),
      project('web', ['packages/desk/test/**/*.web.test.ts']),
      project('preload', ['packages/**/test/**/*.preload.test.ts', 'scripts/**/*.preload.test.ts']),
    ],
  },
})
