import {
  createByteWriter,
  createRedactor,
  defaultLimits,
  type LogInput,
  redactPatternNames,
  writeLogRecord,
} from '@clew/otlp'
import { pino } from 'pino'
import type { PlainRecord } from '../encoding/records.ts'

/** A record of the benchmark, of which some have a stack. */
export type WrittenRecord = PlainRecord & { stack?: string }

type System = {
  /** Writes a record, as bytes or as a line. */
  without(record: WrittenRecord): void
  redacting(record: WrittenRecord): void
  /** What `redacting` leaves of a record. */
  read(record: WrittenRecord): string
  /** False: keys alone. */
  cutsPatterns: boolean
}

export const systems: Readonly<Record<string, () => System>> = {
  clew: openClew,
  'by hand': openByHand,
  'pino redact': openPino,
}

function inputOf(record: WrittenRecord): LogInput {
  const { stack, ...plain } = record
  const exception = stack === undefined ? undefined : { name: 'TypeError', message: 'no lines', stack }
  return { ...plain, traceFlags: 1, exception }
}

function openClew(): System {
  const writer = createByteWriter(1 << 18)
  const redactor = createRedactor({ keys: [], patterns: redactPatternNames, cuts: true })
  const write = (record: WrittenRecord, limits: typeof defaultLimits): void => {
    writer.position = 0
    writeLogRecord(writer, inputOf(record), limits)
  }
  const limits = { ...defaultLimits, redactor }
  const redacting = (record: WrittenRecord): void => write(record, limits)
  return {
    cutsPatterns: true,
    without: (record) => write(record, defaultLimits),
    redacting,
    read(record) {
      redacting(record)
      return writer.buffer.toString('latin1', 0, writer.position)
    },
  }
}

const keys = /(?:password|passwd|secret|api_?key|access_?key|token|authorization|cookie|card_?number|cvv)$/i
const patterns = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b[Bb](?:earer|asic) [\w.~+/-]{8,}=*/g,
  /\b(?:gh[pousr]_|xox[a-z]-|sk_live_|glpat-|AKIA|npm_)[\w-]{10,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*-----/g,
  /:\/\/[^\s/:@]+:[^\s/@]+@/g,
  /(?:password|secret|token|api_?key)["']?\s*[=:]\s*["']?[^\s"'&,;]+/gi,
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}/g,
  /(?<!\w)\+\d[\d .()-]{8,18}\d|(?<!\d)1[3-9]\d{9}(?!\d)/g,
  /(?<!\d)(?:\d[ -]?){13,18}\d(?!\d)/g,
  /(?<!\d)\d{17}[\dXx](?!\d)/g,
]

function clean(value: unknown): unknown {
  if (typeof value === 'string')
    return patterns.reduce((text, pattern) => text.replace(pattern, '[redacted]'), value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, keys.test(key) ? '[redacted]' : clean(inner)]),
  )
}

/** A format of winston as people write it: a copy of the record, each text through a list of expressions. No digit is checked. */
function openByHand(): System {
  let left: unknown
  const redacting = ({ body, attributes, stack }: WrittenRecord): void => {
    left = clean({ body, attributes, stack })
  }
  return {
    cutsPatterns: true,
    without(record) {
      left = record
    },
    redacting,
    read(record) {
      redacting(record)
      return JSON.stringify(left)
    },
  }
}

/** Ten paths, which is what it can do: it looks into no text. */
function openPino(): System {
  let line = ''
  const stream = {
    write(text: string) {
      line = text
    },
  }
  const names = ['password', 'secret', 'token', 'apiKey', 'authorization']
  const paths = names.flatMap((name) => [name, `*.${name}`])
  const [bare, redacting] = [pino({}, stream), pino({ redact: { paths, censor: '[redacted]' } }, stream)]
  const write = (logger: typeof bare, { body, attributes, stack }: WrittenRecord): void =>
    logger.info(stack === undefined ? attributes : { ...attributes, stack }, body)
  return {
    cutsPatterns: false,
    without: (record) => write(bare, record),
    redacting: (record) => write(redacting, record),
    read(record) {
      write(redacting, record)
      return line
    },
  }
}
