import { type Alert, type Decision, type DecisionReason, describeObservation, type Replay } from '@clew/alert'
import { localTime, printable } from '../../format-log.ts'
import { plural } from '../../output.ts'
import { readWords } from '../../read-words.ts'
import { replayLog, replayOptions, withDeskAlone } from './replay-log.ts'
import { countOf, loadRuleFile } from './rule-file.ts'

const options = {
  ...replayOptions,
  why: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** Runs a rule file over a log and prints what it would have told, and why. */
export async function testRules(words: readonly string[]): Promise<number> {
  const { values, positionals } = readWords(withDeskAlone(words), {
    ...{ command: 'clew alert test', options, most: 1 },
  })
  const { file, mistakes } = loadRuleFile(positionals[0])
  for (const mistake of mistakes) process.stderr.write(`${mistake}\n`)
  if (file.rules.length === 0) throw new Error(`${positionals[0]} has no rule that can be used`)
  const replay = await replayLog(file.rules, values)
  if (values.json) for (const alert of replay.alerts) say(JSON.stringify(alert))
  else report(replay, countOf(file), values.why)
  return 0
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
