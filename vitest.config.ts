import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Enough for any that does not hang, whatever else the machine does.
const testTimeout = 120_000

const project = (name: string, include: string[]) => ({
  test: {
    ...{ name, include, testTimeout, hookTimeout: 60_000, exclude: ['**/node_modules/**', '**/dist/**'] },
    // A second, as it is otherwise, is not enough while the machine has something else to do.
    expect: { poll: { timeout: 15_000 } },
  },
})

/**
 * Each takes at least a minute or two: no worker may be alone with one at the end. The exit matrix and endings run five processes at a
 * time, of which each has 1.8 s to send: not at once.
 */
const longest = [
  ...['/members.preload', '/exit-matrix.service', '/wrong-ids.preload', '/list-states.web'],
  ...['/endings.preload', '/chain-eyes.web'],
]
const lastProjects = ['preload', 'web', 'service', 'unit']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project: { name } }: TestSpecification): number => {
      const place = longest.findIndex((part) => moduleId.includes(`${part}.`))
      return place < 0 ? longest.length + lastProjects.indexOf(name) : place
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    // On two cores: one waits for a service, a browser or a timer now and then.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
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
