import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { parseArgs } from 'node:util'
import {
  type AlertMetrics,
  consumeSource,
  createAlertMetrics,
  serveMetrics,
  startAlerting,
} from '@clew/alert'
import { given, parseCount, printableAddress, requireAll } from '@clew/settings'
import { makeFolders } from '@clew/settings/folders'
import { interrupted } from '../../interrupted.ts'
import { readWords } from '../../read-words.ts'
import { openSource } from './open-source.ts'
import { openState, type State } from './open-state.ts'
import { countOf, loadRuleFile } from './rule-file.ts'

const options = {
  from: { type: 'string' },
  state: { type: 'string' },
  desk: { type: 'string' },
  'metrics-port': { type: 'string' },
  'metrics-host': { type: 'string' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

const sendEveryMs = 1_000
const closeMs = 10_000

/** Runs a rule file over what comes, until a signal or the end of the source. */
export async function runRules(words: readonly string[]): Promise<number> {
  const { values, positionals } = readWords(words, { command: 'clew alert run', options, most: 1 })
  const { file, mistakes } = loadRuleFile(positionals[0])
  for (const mistake of mistakes) report(mistake)
  if (values.from === undefined)
    throw new Error('say where records come from: --from kafka://host:9092/log_raw, or - for stdin')
  if (file.rules.length === 0) throw new Error(`${positionals[0]} has no rule that can be used`)
  const metrics = createAlertMetrics(Date.now)
  const shown = await showMetrics(metrics, values)
  const interruption = interrupted()
  const { source, name, isKept } = await openSource(values.from, report)
  const state = await openState(values.state ?? defaultState(), report)
  const alerting = startAlerting({
    ...{ file, store: state.store, now: Date.now, random: Math.random, report },
    ...{ metrics, budget: state.budget, desk: values.desk, ...(!isKept && { watchedFromMs: Date.now() }) },
  })
  const consumption = consumeSource({
    source,
    runner: alerting,
    rules: file.rules,
    report,
    now: () => performance.now(),
  })
  const sending = setInterval(() => void alerting.send(), sendEveryMs)
  process.stdout.write(
    `clew alert: ${countOf(file)}, from ${name}, state in ${state.name}${shown.named}; Ctrl-C ends it\n`,
  )
  try {
    await Promise.race([consumption.ended, interruption])
  } finally {
    clearInterval(sending)
    await consumption.close()
    await alerting.close(closeMs)
    await shown.close()
    await sayWaiting(state)
    await state.close()
  }
  return 0
}

/** `named`: for people, where they are. */
async function showMetrics(
  metrics: AlertMetrics,
  values: Values,
): Promise<{ named: string; close(): Promise<void> }> {
  const { port } = requireAll({ port: given('--metrics-port', parseCount(65_535), values['metrics-port']) })
  if (port === undefined) return { named: '', close: async () => {} }
  const { url, close } = await serveMetrics(metrics, { port, host: values['metrics-host'] })
  return { named: `, metrics at ${printableAddress(url)}`, close }
}

/** What waits is sent by others that share the state, or when this runs again. */
async function sayWaiting({ store, name }: State): Promise<void> {
  const { waiting } = await store.size()
  if (waiting > 0) report(`${waiting} messages were not sent yet and wait in ${name}`)
}

function report(message: string): void {
  process.stderr.write(`[clew alert] ${message}\n`)
}

/** https://specifications.freedesktop.org/basedir-spec/latest/ */
function defaultState(): string {
  const path = join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'clew', 'alerts.db')
  makeFolders(dirname(path))
  return path
}
