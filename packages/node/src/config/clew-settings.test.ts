import { describe, expect, it } from 'vitest'
import { pipeline, plain, type Row, read } from '../../test/config-rig.ts'

const own: Row[] = [
  [
    'the pipeline takes sizes, a folder and switches',
    {
      CLEW_MAX_QUEUE_BYTES: '16MiB',
      CLEW_MAX_SPOOL_BYTES: '1GB',
      CLEW_SPOOL_DIR: '/var/spool/clew',
      CLEW_MAX_SPOOL_AGE: '7d',
      CLEW_WRITE_AHEAD: 'on',
      CLEW_EXIT: 'spool',
      CLEW_SIGNALS: 'off',
      CLEW_QUIET: '1',
    },
    {
      quiet: true,
      ...pipeline({
        maxQueueBytes: 16_777_216,
        maxSpoolBytes: 1_000_000_000,
        maxSpoolAgeMs: 604_800_000,
        writeAhead: true,
        spoolDirectory: '/var/spool/clew',
        exit: 'spool',
        signals: false,
      }),
    },
  ],
  ['the spool can be off', { CLEW_SPOOL_DIR: 'off' }, pipeline({ spoolDirectory: false })],
  [
    'nothing is written ahead without a folder, and an age has a unit',
    { CLEW_SPOOL_DIR: 'off', CLEW_WRITE_AHEAD: 'true', CLEW_MAX_SPOOL_AGE: '0' },
    pipeline({ spoolDirectory: false }),
    [
      'CLEW_MAX_SPOOL_AGE: "0" has no unit; write "30s", "15m", "2h" or "7d"; in force: any age',
      'CLEW_WRITE_AHEAD: nothing is written ahead without a folder, and CLEW_SPOOL_DIR is off; write a folder there; in force: off',
    ],
  ],
  [
    'all problems are told together',
    { CLEW_MAX_QUEUE_BYTES: 'much', CLEW_EXIT: 'now', CLEW_SIGNALS: 'perhaps' },
    {},
    [
      'CLEW_MAX_QUEUE_BYTES: "much" is not a size; write "64MiB", "500kB" or a number of bytes; in force: 64MiB',
      'CLEW_EXIT: "now" is unknown; write flush, spool or off; in force: flush',
      'CLEW_SIGNALS: "perhaps" is neither on nor off; write true or false; in force: on',
    ],
  ],
  [
    'a unit that is the name of a property is none',
    { CLEW_MAX_QUEUE_BYTES: '5constructor', OTEL_EXPORTER_OTLP_TIMEOUT: '5toString' },
    {},
    [
      'OTEL_EXPORTER_OTLP_TIMEOUT: "5toString" has no unit that is known; write "5s", "500ms" or a number of milliseconds; in force: 10s',
      'CLEW_MAX_QUEUE_BYTES: "5constructor" has no unit that is known; write "64MiB", "500kB" or a number of bytes; in force: 64MiB',
    ],
  ],
  [
    'instrumentations are disabled; one that is misspelt is told, one that is absent is not',
    { CLEW_DISABLE: 'bulmq,mongodb' },
    { disabledInstrumentations: ['bulmq', 'mongodb'] },
    ['CLEW_DISABLE: "bulmq" is not installed; write "bullmq"; in force: the rest'],
  ],
  [
    'each kind of option of an instrumentation has a variable',
    {
      CLEW_BULLMQ_RELATION: 'link',
      CLEW_BULLMQ_QUEUE_RELATIONS: 'mails=link,orders=parent',
      CLEW_BULLMQ_IGNORED_QUEUES: 'a,b',
      CLEW_BULLMQ_SLOW_MS: '250',
      CLEW_BULLMQ_PRODUCER_SPANS: 'on',
      CLEW_BULLMQ_PREFIX: 'jobs',
    },
    {
      instrumentations: {
        bullmq: {
          relation: 'link',
          queueRelations: { mails: 'link', orders: 'parent' },
          ignoredQueues: ['a', 'b'],
          slowMs: 250,
          producerSpans: true,
          prefix: 'jobs',
        },
      },
    },
  ],
  [
    'options that cannot be used are told with the default that is in force',
    { CLEW_BULLMQ_RELATION: 'sibling', CLEW_BULLMQ_SLOW_MS: '-1' },
    {},
    [
      'CLEW_BULLMQ_RELATION: "sibling" is unknown; write auto, link or parent; in force: auto',
      'CLEW_BULLMQ_SLOW_MS: "-1" is below 0; write 0 or more; in force: 1000',
    ],
  ],
  [
    'unknown variables are told with the nearest name; those of the alerts and the desk are not ours',
    {
      CLEW_EXITS: 'off',
      CLEW_BULLMQ_RELATIONS: 'link',
      CLEW_WHATEVER: '1',
      CLEW_DESK_PORT: '1',
      CLEW_ALERT_X: '1',
    },
    {},
    [
      'CLEW_EXITS: nothing of that name can be configured; write CLEW_EXIT',
      'CLEW_BULLMQ_RELATIONS: nothing of that name can be configured; write CLEW_BULLMQ_RELATION',
      'CLEW_WHATEVER: nothing of that name can be configured; remove it, or install the @clew package that it is for (npx clew doctor lists those in use)',
    ],
  ],
  [
    'marks are signed by a key and told over a Redis',
    { CLEW_KEEP_KEY: 'k', CLEW_BUS: 'rediss://user:p%40ss@host:6380/2' },
    { marks: { key: 'k', bus: 'rediss://user:p%40ss@host:6380/2' } },
  ],
  [
    'the Redis of the application is taken where that is said',
    { CLEW_BUS: 'On', REDIS_URL: 'redis://host' },
    { marks: { key: undefined, bus: 'redis://host' } },
  ],
  ['the Redis of the application alone is not ours to write to', { REDIS_URL: 'redis://host' }, {}],
  ['no Redis is taken where that is said', { CLEW_BUS: 'off', REDIS_URL: 'redis://host' }, {}],
  [
    'the Redis of an application that has none is a mistake',
    { CLEW_BUS: 'on' },
    {},
    [
      'CLEW_BUS: on takes the Redis of REDIS_URL, which has no address; write redis://host:6379; in force: none',
    ],
  ],
  [
    'what is no address of Redis is not shown',
    { CLEW_BUS: 'http://user:S3cret@host' },
    {},
    [
      'CLEW_BUS: a text of 23 characters is no address of Redis; write redis://host:6379, on for that of REDIS_URL, or off; in force: none',
    ],
  ],
]

describe('readConfig() of the environment', () => {
  it.each(own)('%s', (_, env, expected, problems = []) => {
    expect(read(env)).toEqual({ config: { ...plain, ...expected }, problems })
  })
})
