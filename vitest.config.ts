import { defineConfig } from 'vitest/config'
import { SecondTries } from './scripts/second-tries.ts'

// Enough for any that does not hang, whatever else the machine does.
const testTimeout = 300_000

const project = (name: string, include: string[], retry = 0) => ({
  test: {
    ...{
      name,
      include,
      retry,
      testTimeout,
      hookTimeout: 120_000,
      exclude: ['**/node_modules/**', '**/dist/**'],
    },
    // A second, as it is otherwise, is not enough while the machine has something else to do.
    expect: { poll: { timeout: 15_000 } },
  },
})

// Servers and browsers on a busy machine: once more, where nobody is there to do so; what needed it is said.
const retry = process.env.CI ? 1 : 0

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', new SecondTries()],
    projects: [
      project('unit', [
        'packages/**/src/**/*.test.ts',
        'packages/desk/{api,chain,server,tools,web}/**/!(*.service|*.web).test.ts',
        '{benchmarks,scripts}/**/!(*.preload).test.ts',
      ]),
      project('service', ['packages/**/test/**/*.service.test.ts', 'examples/**/*.service.test.ts'], retry),
      project('web', ['packages/desk/test/**/*.web.test.ts'], retry),
      project('preload', ['packages/**/test/**/*.preload.test.ts', 'scripts/**/*.preload.test.ts'], retry),
    ],
  },
})
