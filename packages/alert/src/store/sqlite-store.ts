import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Alert, Decision, DecisionReason } from '../alert.ts'
import type { KeptWarning } from '../early/kept-warning.ts'
import type { CellState } from '../engine/cell.ts'
import { openStateFile } from './sqlite-file.ts'
import {
  type AlertStore,
  type Commit,
  type CommitResult,
  type OutboxStore,
  storeLimits,
  type WindowStore,
} from './store.ts'

/**
 * A store in a file, for one process: a second one that opens it is refused. What was stored is there after kill -9. `now`: unix
 * milliseconds. Throws with place and remedy when the file cannot be used.
 */
export function createSqliteStore(path: string, now: () => number): AlertStore {
  const database = openStateFile(path)
  const sql = statements(database)
  const inOneStep = <T>(does: () => T): T => {
    database.exec('BEGIN')
    try {
      const result = does()
      database.exec('COMMIT')
      return result
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
  const counted = { dropped: 0 }
  return {
    ...windowsIn(sql, inOneStep, counted),
    ...outboxIn(sql, inOneStep, now),
    explain: async (most) => ({
      decisions: sql.decisions.all(most).map(({ decision }) => JSON.parse(String(decision)) as Decision),
      counts: countsOf(sql.counts),
    }),
    history: async (most) => sql.history.all(most).map(({ alert }) => JSON.parse(String(alert)) as Alert),
    warnings: async (most) => sql.warnings.all(most).map(warningOf),
    size: async () => ({
      cells: Number(sql.cells.get()!.count),
      waiting: Number(sql.waiting.get()!.count),
      dropped: counted.dropped,
    }),
    close: async () => {
      if (database.isOpen) database.close()
    },
  }
}

type Statements = ReturnType<typeof statements>
type InOneStep = <T>(does: () => T) => T

function windowsIn(sql: Statements, inOneStep: InOneStep, counted: { dropped: number }): WindowStore {
  const low = (): number => Number(sql.low.get()!.ms ?? 0)
  const refusal = ({ span, cells, watch }: Commit): CommitResult['result'] | undefined => {
    if (span && (sql.position.get(span.partition)?.next ?? undefined) !== span.before) return 'elsewhere'
    if (watch && (sql.watch.get(watch.partition)?.version ?? '') !== watch.before) return 'elsewhere'
    const isChanged = cells.some(({ cell, version }) => (sql.cell.get(cell)?.version ?? 0) !== version)
    return isChanged ? 'changed' : undefined
  }
  return {
    isShared: false,
    inTurn: (does) => does(),
    async positionOf(partition) {
      const row = sql.position.get(partition)
      return row && Number(row.next)
    },
    async watchOf(partition) {
      const row = sql.watch.get(partition)
      if (row === undefined) return undefined
      const { version, next, state } = row
      return {
        version: String(version),
        next: next === null ? undefined : Number(next),
        state: String(state),
      }
    },
    async load(names) {
      return new Map(
        names.flatMap((name) => {
          const row = sql.cell.get(name)
          if (!row) return []
          return [[name, { version: Number(row.version), state: JSON.parse(String(row.state)) as CellState }]]
        }),
      )
    },
    commit: async (commit) =>
      inOneStep(() => {
        const refused = refusal(commit)
        if (refused === undefined) counted.dropped += write(sql, commit)
        return { result: refused ?? 'stored', lowMs: low() }
      }),
    due: async (lowMs, most) => sql.due.all(lowMs, most).map(({ name }) => String(name)),
    low: async () => low(),
  }
}

/** Returns how many alerts were given up. */
function write(sql: Statements, commit: Commit): number {
  const { span, clocks, setBacks = [], cells, alerts, decisions, counts } = commit
  if (span) sql.setPosition.run(span.partition, span.after)
  for (const partition of setBacks) sql.removeClock.run(partition)
  for (const [partition, ms] of clocks) sql.setClock.run(partition, ms)
  for (const { cell, version, state, dueMs } of cells) {
    if (state) sql.setCell.run(cell, version + 1, dueMs, JSON.stringify(state))
    else sql.removeCell.run(cell)
  }
  writeWatch(sql, commit)
  for (const alert of alerts) {
    const text = JSON.stringify(alert)
    sql.addWaiting.run(text)
    sql.addHistory.run(text)
  }
  for (const decision of decisions) sql.addDecision.run(JSON.stringify(decision))
  for (const [rule, reasons] of counts) {
    for (const [reason, count] of reasons) sql.addCount.run(rule, reason, count)
  }
  if (decisions.length > 0) sql.trimDecisions.run(storeLimits.listed)
  if (alerts.length === 0) return 0
  sql.trimHistory.run(storeLimits.listed)
  return Number(sql.trimWaiting.run(storeLimits.waiting).changes)
}

function writeWatch(sql: Statements, { watch, warnings = [], failures = [], opinions = [] }: Commit): void {
  if (watch) sql.setWatch.run(watch.partition, watch.version, watch.next ?? null, watch.state)
  for (const warning of warnings) sql.setWarning.run(warning.id, warning.unixMs, JSON.stringify(warning))
  for (const { id, ...failure } of failures) sql.setFailure.run(JSON.stringify(failure), id)
  for (const { id, opinion } of opinions) sql.setOpinion.run(opinion, id)
  if (warnings.length > 0) sql.trimWarnings.run(storeLimits.listed)
}

function warningOf({ warning, failure, opinion }: Record<string, unknown>): KeptWarning {
  return {
    ...(JSON.parse(String(warning)) as KeptWarning),
    ...(failure !== null && { failure: JSON.parse(String(failure)) as KeptWarning['failure'] }),
    ...(opinion !== null && { opinion: opinion as KeptWarning['opinion'] }),
  }
}

function outboxIn(sql: Statements, inOneStep: InOneStep, now: () => number): OutboxStore {
  const hold = (tokens: readonly string[], holdMs: number): void =>
    inOneStep(() => {
      for (const token of tokens) sql.hold.run(now() + holdMs, Number(token))
    })
  return {
    async take(most, holdMs) {
      const rows = sql.free.all(now(), now() + storeLimits.heldMs, most)
      const taken = rows.map(({ id, alert }) => ({
        token: String(id),
        alert: JSON.parse(String(alert)) as Alert,
      }))
      hold(
        taken.map(({ token }) => token),
        holdMs,
      )
      return taken
    },
    hold: async (tokens, holdMs) => hold(tokens, holdMs),
    done: async (tokens) =>
      inOneStep(() => {
        for (const token of tokens) sql.removeWaiting.run(Number(token))
      }),
  }
}

function statements(database: DatabaseSync) {
  const prepare = (text: string): StatementSync => database.prepare(text)
  return {
    position: prepare('SELECT next FROM position WHERE partition = ?'),
    setPosition: prepare('INSERT OR REPLACE INTO position VALUES (?, ?)'),
    low: prepare('SELECT min(ms) AS ms FROM clock'),
    setClock: prepare('INSERT INTO clock VALUES (?, ?) ON CONFLICT DO UPDATE SET ms = max(ms, excluded.ms)'),
    removeClock: prepare('DELETE FROM clock WHERE partition = ?'),
    cell: prepare('SELECT version, state FROM cell WHERE name = ?'),
    setCell: prepare('INSERT OR REPLACE INTO cell VALUES (?, ?, ?, ?)'),
    removeCell: prepare('DELETE FROM cell WHERE name = ?'),
    cells: prepare('SELECT count(*) AS count FROM cell'),
    due: prepare('SELECT name FROM cell WHERE due <= ? ORDER BY due LIMIT ?'),
    addWaiting: prepare('INSERT INTO waiting (held, alert) VALUES (0, ?)'),
    trimWaiting: prepare(
      'DELETE FROM waiting WHERE id <= (SELECT id FROM waiting ORDER BY id DESC LIMIT 1 OFFSET ?)',
    ),
    removeWaiting: prepare('DELETE FROM waiting WHERE id = ?'),
    waiting: prepare('SELECT count(*) AS count FROM waiting'),
    free: prepare('SELECT id, alert FROM waiting WHERE held <= ? OR held > ? ORDER BY id LIMIT ?'),
    hold: prepare('UPDATE waiting SET held = ? WHERE id = ?'),
    addHistory: prepare('INSERT INTO history (alert) VALUES (?)'),
    trimHistory: prepare('DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?'),
    history: prepare('SELECT alert FROM history ORDER BY id DESC LIMIT ?'),
    addDecision: prepare('INSERT INTO decision (decision) VALUES (?)'),
    trimDecisions: prepare('DELETE FROM decision WHERE id <= (SELECT max(id) FROM decision) - ?'),
    decisions: prepare('SELECT decision FROM decision ORDER BY id DESC LIMIT ?'),
    addCount: prepare(
      'INSERT INTO tally VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
    ),
    watch: prepare('SELECT version, next, state FROM watch WHERE partition = ?'),
    setWatch: prepare('INSERT OR REPLACE INTO watch VALUES (?, ?, ?, ?)'),
    warnings: prepare('SELECT warning, failure, opinion FROM warning ORDER BY ms DESC, id LIMIT ?'),
    setWarning: prepare(
      'INSERT INTO warning (id, ms, warning) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ms = excluded.ms, warning = excluded.warning',
    ),
    setFailure: prepare('UPDATE warning SET failure = ? WHERE id = ? AND failure IS NULL'),
    setOpinion: prepare('UPDATE warning SET opinion = ? WHERE id = ?'),
    trimWarnings: prepare(
      'DELETE FROM warning WHERE id IN (SELECT id FROM warning ORDER BY ms DESC, id LIMIT -1 OFFSET ?)',
    ),
    counts: prepare('SELECT rule, reason, count FROM tally'),
  }
}

function countsOf(all: StatementSync): Map<string, Map<DecisionReason, number>> {
  const counts = new Map<string, Map<DecisionReason, number>>()
  for (const { rule, reason, count } of all.all()) {
    const reasons = counts.get(String(rule)) ?? new Map<DecisionReason, number>()
    counts.set(String(rule), reasons)
    reasons.set(reason as DecisionReason, Number(count))
  }
  return counts
}
