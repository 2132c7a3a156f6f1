import type { OptionSpecs } from '@clew/core'

/** As `CLEW_FILE_<OPTION>`, or below `file:` in clew.yaml. */
export const fileOptions: OptionSpecs = {
  path: {
    kind: 'text',
    default: '',
    about: 'The file. Its folder must be there. Without one nothing is written.',
  },
  format: {
    kind: 'choice',
    values: ['otel', 'ecs', 'otlp_json'],
    default: 'otel',
    about:
      "otel: a line for each record, by OpenTelemetry's names; ecs: the same by Elastic's; otlp_json: a line for each batch, as the Collector writes it.",
  },
  maxFileSize: {
    kind: 'text',
    default: '20MiB',
    about: 'The file is rotated before it is larger.',
  },
  every: {
    kind: 'choice',
    values: ['never', 'hour', 'day'],
    default: 'never',
    about: 'The file is also rotated when a new hour or day has begun, in local time.',
  },
  maxFiles: { kind: 'number', default: 10, min: 0, about: 'Rotated files that are kept.' },
  maxTotalSize: {
    kind: 'text',
    default: '200MiB',
    about: 'The file and all rotated ones together are never larger: the oldest go.',
  },
  gzip: { kind: 'boolean', default: true, about: 'Whether rotated files are compressed.' },
}

/** The options, as they are configured. */
export type FileOptions = {
  readonly path: string
  readonly format: LineFormat
  readonly maxFileSize: string
  readonly every: Rotation['every']
  readonly maxFiles: number
  readonly maxTotalSize: string
  readonly gzip: boolean
}

/** By whose names fields are written. */
export type LineFormat = 'otel' | 'ecs' | 'otlp_json'

/** When the file is rotated, and what is kept. */
export type Rotation = {
  readonly every: 'never' | 'hour' | 'day'
  readonly maxFileBytes: number
  readonly maxFiles: number
  readonly maxTotalBytes: number
}

/** What the thread works with. */
export type FileSettings = {
  /** Absolute. */
  readonly path: string
  readonly format: LineFormat
  readonly rotation: Rotation
  readonly gzip: boolean
}
