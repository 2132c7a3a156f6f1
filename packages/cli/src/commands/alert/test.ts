import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  type Alert,
  type BadLines,
  type Decision,
  type DecisionReason,
  describeObservation,
  type Replay,
  readRecords,
  replayRecords,
} from '@clew/alert'
import { quote } from '@clew/settings'
import { localTime, printable } from '../../format-log.ts'
import { countOf, loadRuleFile, plural } from './rule-file.ts'

const options = {
  replay: { type: 'string' },
  why: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** Runs a rule file over a log and prints what it would have told, and why. */
export async function testRules(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...words], allowPositionals: true, options })
  const { file, mistakes } = loadRuleFile(positionals[0])
  for (const mistake of mistakes) process.stderr.write(`${mistake}\n`)
  if (file.rules.length === 0) throw new Error(`${positionals[0]} has no rule that can be used`)
  if (values.replay === undefined) throw new Error('say which log: --replay FILE, or - for stdin')
  const bad: BadLines = { count: 0, first: undefined }
  const replay = await replayRecords(file.rules, readRecords(bytesOf(values.replay), bad), Date.now())
  if (bad.first) {
    const { line, problem } = bad.first
    process.stderr.write(`${bad.count} lines are no records, line ${line} first: ${printable(problem)}\n`)
  }
  if (replay.misdated > 0) {
    const what =
      'records have no time, or one that cannot be: each counts from when the one before it was written'
    process.stderr.write(`${replay.misdated} ${what}\n`)
  }
  if (values.json) for (const alert of replay.alerts) say(JSON.stringify(alert))
  else report(replay, countOf(file), values.why)
  return 0
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

function report(
  { alerts, decisions, counts, records, fromMs, toMs }: Replay,
  what: string,
  why: boolean,
): void {
  const span = records === 0 ? '' : `, ${localTime(fromMs)} to ${localTime(toMs)}`
  say(
    `${what}, ${records} records${span}: ${alerts.length === 0 ? 'no alert' : plural(alerts.length, 'message')}`,
  )
  for (const alert of alerts)
    say(`\n${headOf(alert)}${alert.state === 'firing' ? alert.lines.map(lineOf).join('') : ''}`)
  say(`\n${countsTable(counts)}`)
  if (why) for (const decision of decisions) say(decisionText(decision))
}

function headOf({ atUnixMs, severity, state, rule, group, observation, id, times }: Alert): string {
  const of = Object.entries(group).map(([field, value]) => `${field}=${value}`)
  const what =
    state === 'resolved'
      ? 'resolved'
      : `${describeObservation(observation)}${times > 1 ? `, reminder ${times - 1}` : ''}`
  return printable(`${localTime(atUnixMs)} [${severity}] ${[rule, ...of].join(' ')}: ${what}  ${id}`)
}

function lineOf({ unixMs, text, traceId }: Alert['lines'][number]): string {
  return `\n    ${printable(`${localTime(unixMs)} ${text.slice(0, 300)}${traceId && ` trace=${traceId}`}`)}`
}

function countsTable(counts: ReadonlyMap<string, ReadonlyMap<DecisionReason, number>>): string {
  if (counts.size === 0) return 'no record was wanted by any rule'
  return [...counts]
    .map(
      ([rule, reasons]) =>
        `${rule}: ${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ')}`,
    )
    .join('\n')
}

function decisionText({ unixMs, rule, group, reason, value, limit, alertId }: Decision): string {
  const of = Object.values(group).join(' ')
  const words = [localTime(unixMs), rule, of, reason, `${value} of ${limit}`, alertId]
  return printable(words.filter((word) => word !== '').join('  '))
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
