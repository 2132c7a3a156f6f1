import { describe, expect, it } from 'vitest'
import { pipeline, plain, plainEndpoint, read } from '../../test/config-rig.ts'
import { defaultSpanLimits } from '../tracer/span-limits.ts'

describe('readConfig() of clew.yaml', () => {
  it('takes the same options', () => {
    const text = `
service:
  name: orders
  attributes: { deployment.environment.name: production }
propagators: [tracecontext]
traces:
  sampler: traceidratio
  samplerRatio: 0.5
  endpoint: https://traces/in
otlp:
  headers: { Authorization: Bearer abc }
  timeout: 5s
logs: { exporter: console }
pipeline:
  maxQueueBytes: 16MiB
  spoolDirectory: off
  signals: false
limits: { eventCount: 3 }
disable: [pg]
quiet: true
bullmq:
  relation: link
  queueRelations: { mails: parent }
  ignoredQueues: [a, b]
  prefix:
alerts:
  - name: belongs to others
`
    expect(read({}, text)).toEqual({
      config: {
        ...plain,
        quiet: true,
        service: { name: 'orders', attributes: { 'deployment.environment.name': 'production' } },
        propagators: ['tracecontext'],
        sampler: { name: 'traceidratio', ratio: 0.5 },
        traces: {
          endpoint: {
            ...plainEndpoint('traces'),
            url: 'https://traces/in',
            compression: 'gzip',
            headers: { authorization: 'Bearer abc' },
            timeoutMs: 5_000,
          },
          console: false,
        },
        logs: { endpoint: undefined, console: true },
        spanLimits: { ...defaultSpanLimits, eventCount: 3 },
        ...pipeline({ maxQueueBytes: 16_777_216, spoolDirectory: false, signals: false }),
        disabledInstrumentations: ['pg'],
        instrumentations: {
          bullmq: { relation: 'link', queueRelations: { mails: 'parent' }, ignoredQueues: ['a', 'b'] },
        },
      },
      problems: [],
    })
  })

  it('the environment goes before it; where that cannot be used the file is in force', () => {
    const env = { CLEW_EXIT: 'off', CLEW_MAX_QUEUE_BYTES: 'much' }
    expect(read(env, 'pipeline:\n  exit: spool\n  maxQueueBytes: 1MiB\n')).toEqual({
      config: { ...plain, ...pipeline({ exit: 'off', maxQueueBytes: 1_048_576 }) },
      problems: [
        'CLEW_MAX_QUEUE_BYTES: "much" is not a size; write "64MiB", "500kB" or a number of bytes; in force: clew.yaml:3: pipeline.maxQueueBytes',
      ],
    })
  })

  it.each([
    [
      'a value that cannot be used is told with its line',
      'quiet: true\npipeline:\n  exit: now\n',
      { quiet: true },
      ['clew.yaml:3: pipeline.exit: "now" is unknown; write flush, spool or off; in force: flush'],
    ],
    [
      'an unknown key is told with the nearest one',
      'pipeline:\n  maxQueuBytes: 1\nbulmq:\n  relation: link\nsomething: 1\n',
      {},
      [
        'clew.yaml:2: pipeline.maxQueuBytes: nothing of that name can be configured; write pipeline.maxQueueBytes',
        'clew.yaml:4: bulmq.relation: nothing of that name can be configured; write bullmq.relation',
        'clew.yaml:5: something: nothing of that name can be configured; remove it, or install the @clew package that it is for (npx clew doctor lists those in use)',
      ],
    ],
    [
      'a room without its options is told',
      'pipeline: fast\n',
      {},
      [
        'clew.yaml:1: pipeline: it has options below it; write maxQueueBytes, spoolDirectory, maxSpoolBytes, maxSpoolAge, writeAhead, exit, signals',
      ],
    ],
    [
      'a file that is no YAML is not used',
      'quiet: true\nquiet: false\n',
      {},
      ['clew.yaml:2: Map keys must be unique; correct it, until then the file is not used'],
    ],
    [
      'a file that is no map is not used',
      '- quiet\n',
      {},
      ['clew.yaml:1: it is not a map; write one "option: value" per line'],
    ],
    ['an empty file is none', '# nothing yet\n', {}, []],
  ])('%s', (_, text, expected, problems) => {
    expect(read({}, text)).toEqual({ config: { ...plain, ...expected }, problems })
  })
})
