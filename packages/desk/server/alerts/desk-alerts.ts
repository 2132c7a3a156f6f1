import { join } from 'node:path'
import {
  type Alert,
  type AlertMetrics,
  type AlertStore,
  type AlertsFile,
  createMemoryStore,
  createSqliteStore,
  type KeptWarning,
} from '@clew/alert'
import { shortText } from '@clew/otlp/text'
import type {
  AlertDecisions,
  AlertPage,
  AlertSilence,
  NewAlertSilence,
  NewWarningOpinion,
  WarningPage,
  WarningRow,
} from '../../api/index.ts'
import { makePrivate } from '../schema/segment-files.ts'
import { storeError } from '../schema/store-error.ts'
import { alertPageOf, firingOf, silenceRowOf } from './alert-page.ts'
import { deskEarlyId } from './early-rules.ts'
import { type PatternWatch, patternWatchesOf } from './pattern-watch.ts'
import { openRules, type RunningRules, type RunningRulesOptions } from './running-rules.ts'
import { openSilences } from './silences.ts'
import { type WarningsWanted, warningPageOf, warningRowOf } from './warning-page.ts'

/** What the alerts of a desk run with. */
export type DeskAlertsOptions = Omit<RunningRulesOptions, 'store' | 'silences'> & {
  /** Folder of what is kept; undefined: nothing is. */
  directory: string | undefined
}

/** The rules of a desk, and what its page asks of them. */
export type DeskAlerts = Pick<RunningRules, 'begin' | 'take' | 'tick' | 'close'> & {
  page(): Promise<Omit<AlertPage, 'notJudged'>>
  /** `rule` "": of all. */
  explain(rule: string, most: number): Promise<AlertDecisions>
  /** Both throw a StoreError. */
  silence(wanted: NewAlertSilence): AlertSilence
  endSilence(id: string): void
  warnings(wanted: WarningsWanted): Promise<WarningPage>
  /** Both throw a StoreError when there is none of the id. */
  warning(id: string): Promise<WarningRow>
  opine(of: { id: string } & NewWarningOpinion): Promise<WarningRow>
  /** Of those that a rule follows. */
  patternWatches(ids: readonly number[]): Promise<{ patterns: PatternWatch[] }>
  metrics: AlertMetrics['read']
  /** How many alerts go on, if anything was decided or changed since the last call. */
  news(): Promise<number | undefined>
}

const listed = 1_000

/** Opens file, store and silences. Throws with one line when one of them cannot be used. */
export function openDeskAlerts(options: DeskAlertsOptions): DeskAlerts {
  const { path, directory, now, report } = options
  const silences = openSilences(directory && join(directory, 'alert-silences.json'), now, report)
  let hasNews = true
  let silenced = 0
  const changed = (): void => {
    hasNews = true
  }
  const store = watched(openStore(options), changed)
  const rules = openRules({ ...options, store, silences: silences.list })
  return {
    ...warningsOf(store, rules, changed),
    ...{ begin: rules.begin, take: rules.take, metrics: rules.metrics.read },
    async tick() {
      const before = rules.current()
      await rules.tick()
      const going = silences.list().length
      if (rules.current() !== before || going !== silenced) changed()
      silenced = going
    },
    async page() {
      const { counts } = await store.explain(0)
      const history = alertsOf(await store.history(listed))
      const parts = { path: path ?? '', read: rules.current(), history, counts, silences: silences.list() }
      return alertPageOf({ ...parts, nowMs: now() })
    },
    async explain(rule, most) {
      const { decisions } = await store.explain(listed)
      const own = rule === '' ? decisions : decisions.filter((decision) => decision.rule === rule)
      return { decisions: own.slice(0, most) }
    },
    silence(wanted) {
      requireSilence(wanted, rules.current().file)
      changed()
      return silenceRowOf(silences.add({ group: {}, ...wanted }), false)
    },
    endSilence(id) {
      if (!silences.end(id))
        throw storeError('not-found', `no silence of this desk has the id ${shortText(id)}`)
      changed()
    },
    async news() {
      if (!hasNews) return undefined
      hasNews = false
      return firingOf(alertsOf(await store.history(listed)), rules.current().file.rules)
    },
    async close() {
      await rules.close()
      await store.close()
    },
  }
}

function warningsOf(
  store: AlertStore,
  rules: RunningRules,
  changed: () => void,
): Pick<DeskAlerts, 'warnings' | 'warning' | 'opine' | 'patternWatches'> {
  const find = async (id: string): Promise<KeptWarning> => {
    const warning = (await store.warnings(listed)).find((one) => one.id === id)
    if (warning === undefined) throw storeError('not-found', `no warning has the id ${shortText(id)}`)
    return warning
  }
  return {
    async warnings(wanted) {
      const [kept, history] = [await store.warnings(listed), await store.history(listed)]
      return warningPageOf(kept, history, rules.learning(), wanted, rules.now())
    },
    async warning(id) {
      return warningRowOf(await find(id), await store.history(listed))
    },
    async patternWatches(ids) {
      return { patterns: patternWatchesOf(rules.expected(ids), await store.warnings(listed)) }
    },
    async opine({ id, opinion }) {
      const warning = await find(id)
      await rules.opine(warning, opinion)
      changed()
      return warningRowOf({ ...warning, opinion }, await store.history(listed))
    },
  }
}

/** What the desk watches for by itself is told as warnings. */
const alertsOf = (history: readonly Alert[]): Alert[] => history.filter(({ rule }) => rule !== deskEarlyId)

/** A desk without rules runs whatever becomes of what it watches. */
function openStore({ path: rules, directory, now, report }: DeskAlertsOptions): AlertStore {
  if (directory === undefined) return createMemoryStore(now)
  const path = join(directory, 'alerts.db')
  try {
    makePrivate(path)
    return createSqliteStore(path, now)
  } catch (error) {
    const { message } = error as Error
    if (rules !== undefined) throw new Error(`${message}; or give another folder with --data`)
    report(`${message}; early warnings are kept in memory alone`)
    return createMemoryStore(now)
  }
}

const maxSilenceMs = 30 * 86_400_000

/** Throws when it cannot be what somebody meant. */
function requireSilence({ rule, group = {}, forMs }: NewAlertSilence, { rules }: AlertsFile): void {
  if (!rules.some(({ id }) => id === rule))
    throw storeError('invalid', `there is no rule ${JSON.stringify(shortText(rule))}`)
  if (!(forMs >= 1_000 && forMs <= maxSilenceMs))
    throw storeError('invalid', 'forMs: give milliseconds from 1000 to 30 days')
  // In a silence it stands for anything.
  if (Object.values(group).some((value) => value.includes('*')))
    throw storeError('invalid', 'a group whose value has a * cannot be silenced alone; silence the rule')
}

/** The store; `onDecision` hears when it was given something that was decided. */
function watched(store: AlertStore, onDecision: () => void): AlertStore {
  return {
    ...store,
    async commit(commit) {
      const result = await store.commit(commit)
      const { decisions, alerts, warnings = [], failures = [] } = commit
      if (decisions.length + alerts.length + warnings.length + failures.length > 0) onDecision()
      return result
    },
  }
}
