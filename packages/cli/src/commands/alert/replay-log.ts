import { createReadStream } from 'node:fs'
import { type AlertsFile, type BadLines, type Replay, readRecords, replayRecords } from '@clew/alert'
import {
  given,
  type Parse,
  parseDuration,
  parsePositive,
  quote,
  requireAll,
  unusable,
  usable,
} from '@clew/settings'
import { givenDesk } from '../../desk-client.ts'
import { printable } from '../../format-log.ts'
import { replayDesk } from './replay-desk.ts'

/** Which log is replayed. */
export const replayOptions = {
  desk: { type: 'string' },
  token: { type: 'string' },
  replay: { type: 'string' },
  since: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  imported: { type: 'boolean', default: false },
} as const

type Values = {
  [Name in Exclude<keyof typeof replayOptions, 'imported'>]?: string | undefined
} & { imported?: boolean | undefined }
type Rules = AlertsFile['rules']

/** `--desk` may stand alone, for the desk of this machine: what follows is its address only if it looks like one. */
export function withDeskAlone(words: readonly string[]): string[] {
  return words.map((word, index) =>
    word === '--desk' && !/^https?:|^[\w.[\]:-]+:\d/.test(words[index + 1] ?? '') ? '--desk=' : word,
  )
}

/** Runs rules over the log that the options name, and says on stderr what of it is no record. Throws with the remedy. */
export async function replayLog(rules: Rules, values: Values): Promise<Replay> {
  const replay = await replayOf(rules, values)
  if (replay.misdated > 0) {
    const what =
      'records have no time, or one that cannot be: each counts from when the one before it was written'
    process.stderr.write(`${replay.misdated} ${what}\n`)
  }
  return replay
}

function replayOf(rules: Rules, values: Values): Promise<Replay> {
  const { replay: path, desk, since, from, to } = values
  if (path === undefined && desk === undefined)
    throw new Error('say which log: --replay FILE, - for stdin, or --desk for what a desk has')
  if (path === undefined) return replayOfDesk(rules, values)
  if (desk !== undefined) throw new Error('--replay excludes --desk; give one of the two')
  if ([since, from, to].some((value) => value !== undefined) || values.imported)
    throw new Error('--since, --from, --to and --imported are of --desk; a file is replayed whole')
  return replayFile(rules, path)
}

function replayOfDesk(rules: Rules, { desk, token, since, from, to, imported }: Values): Promise<Replay> {
  const read = requireAll({
    sinceMs: given('--since', parsePositive(parseDuration), since),
    fromMs: given('--from', since === undefined ? parseMoment : notWithSince, from),
    toMs: given('--to', parseMoment, to),
    address: givenDesk({ desk: desk || undefined, token }),
  })
  const fromMs = read.sinceMs === undefined ? (read.fromMs ?? 0) : Date.now() - read.sinceMs
  return replayDesk({ rules, address: read.address, fromMs, toMs: read.toMs, isImported: imported === true })
}

const parseMoment: Parse<number> = (raw) => {
  const text = String(raw)
  const ms = /^\d{12,}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isNaN(ms)
    ? unusable(`${quote(text)} is no moment`, 'write 2026-11-29T10:00, or unix milliseconds')
    : usable(ms)
}
const notWithSince: Parse<number> = () => unusable('it excludes --since', 'give one of the two')

async function replayFile(rules: Rules, path: string): Promise<Replay> {
  const bad: BadLines = { count: 0, first: undefined }
  const withSpans = rules.some(({ type }) => type === 'early')
  const records = readRecords(bytesOf(path), bad, undefined, withSpans)
  const replay = await replayRecords(rules, records, Date.now())
  if (bad.first) {
    const { line, problem } = bad.first
    process.stderr.write(`${bad.count} lines are no records, line ${line} first: ${printable(problem)}\n`)
  }
  return replay
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* path === '-' ? process.stdin : createReadStream(path)
  } catch (error) {
    throw new Error(
      `--replay ${quote(path)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
