import type { OptionValues } from '@clew/core'

export const options = {
  relation: {
    kind: 'choice',
    default: 'auto',
    values: ['auto', 'parent', 'link'],
    about:
      'How a job joins the trace of the code that made it: in the same trace (parent), in a new trace with a link (link), or the same trace unless it came with more than 100 others or was to wait for over an hour (auto).',
  },
  relations: {
    kind: 'map',
    default: {},
    values: ['auto', 'parent', 'link'],
    about: 'The relation of single queues by name, such as mails=link; it wins over `relation`.',
  },
  lookup: {
    kind: 'boolean',
    default: true,
    about:
      'Whether QueueEvents that the application listens to read the options of each job they do not know, so that events of jobs from any process are in the trace of their job; costs one small read per job.',
  },
} as const

export type Options = OptionValues<typeof options>
