import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Miner } from '@clew/templates'
import {
  createSpanBytes,
  type Group,
  type LinkTarget,
  type LogRow,
  type RequestRows,
  type ResourceRow,
  type ScopeRow,
  type SpanRow,
} from '../schema/row.ts'
import { type ChainChange, type ChainTally, createChainTally } from './chain-tally.ts'
import { createDictionary, type Dictionary } from './dictionary.ts'
import { createPatternTally, type PatternTally } from './patterns.ts'
import { createRollupTally, type RollupTally } from './rollup-tally.ts'
import { createRowBatch, type RowBatch, rowsPerStatement } from './row-batch.ts'
import { createTextIndex, nextBlock, type TextIndex } from './text-index.ts'

const insertArrival = `INSERT OR REPLACE INTO arrival (first, ms, imported) VALUES (?, ?, ?)`

/** Row ids that a commit added; `first` > `last`: none. */
export type AddedRows = { logs: { first: number; last: number }; spans: { first: number; last: number } }

const logColumns = `id, us, ns, observed_us, observed_ns, severity, severity_text, resource, scope, chain,
  span, flags, body, attributes, pattern`
const rareLogColumns = { event: '', body_json: 0, dropped: 0 } as const

const spanColumns = `id, us, ns, duration_ns, chain, span, parent, name, kind, status, resource, scope, flags,
  attributes`
const rareSpanColumns = { message: '', state: '', events: null, links: null, dropped: null } as const

const countSpans = `INSERT INTO meta (key, value) VALUES ('spans', ?)
  ON CONFLICT DO UPDATE SET value = value + excluded.value`

const noteArrivedUs = `INSERT OR REPLACE INTO meta (key, value) VALUES ('arrived_us', ?)`

const insertLink = `INSERT OR IGNORE INTO link (to_trace, to_span, from_trace, from_span) VALUES (?, ?, ?, ?)`

/** Writes into one segment, in transactions of many requests. What throws is an error of SQLite; then roll back. */
export class SegmentWriter {
  readonly #database: DatabaseSync
  readonly #logs: RowBatch
  readonly #spans: RowBatch
  readonly #insertLink: StatementSync
  readonly #insertArrival: StatementSync
  readonly #resources: Dictionary
  readonly #scopes: Dictionary
  readonly #names: Dictionary
  readonly #chains: ChainTally
  readonly #rollup: RollupTally
  readonly #patterns: PatternTally
  readonly #text: TextIndex
  readonly #spanText: TextIndex
  readonly #countSpans: StatementSync
  readonly #noteArrivedUs: StatementSync
  /** Of each column its own: rows of the other table, and links, must not take what still waits. */
  readonly #lineBytes = createSpanBytes(rowsPerStatement)
  readonly #spanBytes = createSpanBytes(rowsPerStatement)
  readonly #parentBytes = createSpanBytes(rowsPerStatement)
  readonly #linkBytes = createSpanBytes(2)
  #nextLog: number
  #nextSpan: number
  /** The first ids of this transaction. */
  #first: { log: number; span: number }
  #isOpen = false
  /** When this transaction began, and whether its last lines are of a file; undefined before its first. */
  #arrivedUs = 0
  #isImported: boolean | undefined

  constructor(database: DatabaseSync, miner: Miner) {
    this.#database = database
    this.#logs = createRowBatch(database, 'log', logColumns, rareLogColumns)
    this.#spans = createRowBatch(database, 'span', spanColumns, rareSpanColumns)
    this.#insertLink = database.prepare(insertLink)
    this.#insertArrival = database.prepare(insertArrival)
    this.#resources = createDictionary(database, 'resource', ['attributes', 'service', 'instance', 'host'])
    this.#scopes = createDictionary(database, 'scope', ['name', 'version', 'attributes'])
    this.#names = createDictionary(database, 'name', ['text'])
    this.#chains = createChainTally(database)
    this.#rollup = createRollupTally(database)
    this.#patterns = createPatternTally(database, miner)
    this.#text = createTextIndex(database, 'log_text')
    this.#spanText = createTextIndex(database, 'span_text')
    this.#countSpans = database.prepare(countSpans)
    this.#noteArrivedUs = database.prepare(noteArrivedUs)
    this.#nextLog = nextBlock(this.#highest('log') + 1)
    this.#nextSpan = nextBlock(this.#highest('span') + 1)
    this.#first = { log: this.#nextLog, span: this.#nextSpan }
  }

  /** Whether rows wait for a commit. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Returns when it came, in unix microseconds: all of a transaction when it began. That is the time of records that have none. */
  add(request: RequestRows, nowUs: number, isImported: boolean): number {
    if (!this.#isOpen) {
      this.#database.exec('BEGIN')
      this.#arrivedUs = nowUs
    }
    this.#isOpen = true
    const us = this.#arrivedUs
    if (request.signal === 'logs') {
      this.#noteArrival(isImported)
      this.#addGroups(request.groups, (row, resource, scope) => this.#addLog(row, resource, scope, us))
    } else {
      this.#addGroups(request.groups, (row, resource, scope) => this.#addSpan(row, resource, scope, us))
    }
    return us
  }

  #noteArrival(isImported: boolean): void {
    if (this.#isImported === isImported) return
    this.#isImported = isImported
    this.#insertArrival.run(this.#nextLog, Math.floor(this.#arrivedUs / 1000), isImported ? 1 : 0)
  }

  commit(): AddedRows {
    if (this.#isOpen) {
      for (const waiting of [this.#logs, this.#spans, this.#text, this.#spanText]) waiting.flush()
      const spans = this.#nextSpan - this.#first.span
      if (spans > 0) this.#countSpans.run(spans)
      this.#noteArrivedUs.run(this.#arrivedUs)
      for (const tally of [this.#chains, this.#rollup, this.#patterns]) tally.write()
      this.#database.exec('COMMIT')
    }
    const added = {
      logs: { first: this.#first.log, last: this.#nextLog - 1 },
      spans: { first: this.#first.span, last: this.#nextSpan - 1 },
    }
    this.#clear(false)
    return added
  }

  rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    this.#clear(true)
  }

  close(): void {
    this.#database.close()
  }

  #addGroups<Row>(
    groups: readonly Group<Row>[],
    addRow: (row: Row, resource: number, scope: number) => void,
  ): void {
    for (const { resource, scope, rows } of groups) {
      const [resourceId, scopeId] = [this.#resourceId(resource), this.#scopeId(scope)]
      for (const row of rows) addRow(row, resourceId, scopeId)
    }
  }

  #resourceId({ attributes, service, instance, host }: ResourceRow): number {
    return this.#resources.idOf(attributes, [attributes, service, instance, host])
  }

  #scopeId({ name, version, attributes }: ScopeRow): number {
    return this.#scopes.idOf(`${name}\n${version}\n${attributes}`, [name, version, attributes])
  }

  #addLog(row: LogRow, resource: number, scope: number, nowUs: number): void {
    const us = row.us === 0 ? nowUs : row.us
    const chain = row.traceId === '' ? null : countLog(this.#chains.of(row.traceId), us, row.severity)
    const pattern = row.bodyJson === 1 ? 0 : this.#patterns.add(row.body, us, resource, row.severity)
    const id = this.#nextLog++
    const rare =
      row.event === '' && row.bodyJson === 0 && row.dropped === 0
        ? undefined
        : [row.event, row.bodyJson, row.dropped]
    this.#logs.add(
      [
        id,
        us,
        row.ns,
        row.observedUs,
        row.observedNs,
        row.severity,
        row.severityText,
        resource,
        scope,
        chain,
        this.#lineBytes(row.spanHigh, row.spanLow),
        row.flags,
        row.body,
        row.attributes,
        pattern,
      ],
      rare,
    )
    this.#rollup.add(us, resource, row.severity)
    this.#text.add(id, row.words, resource)
  }

  #addSpan(row: SpanRow, resource: number, scope: number, nowUs: number): void {
    const us = row.us === 0 ? nowUs : row.us
    const name = this.#names.idOf(row.name, [row.name])
    const chain = countSpan(this.#chains.of(row.traceId), row, us, name, resource)
    const id = this.#nextSpan++
    const { message, state, events, links, dropped } = row
    const isUsual = message === '' && state === '' && events === null && links === null && dropped === null
    this.#spans.add(
      [
        id,
        us,
        row.ns,
        row.durationNs,
        chain,
        this.#spanBytes(row.spanHigh, row.spanLow),
        this.#parentBytes(row.parentHigh, row.parentLow),
        name,
        row.kind,
        row.status,
        resource,
        scope,
        row.flags,
        row.attributes,
      ],
      isUsual ? undefined : [message, state, events, links, dropped],
    )
    this.#spanText.add(id, row.words, resource)
    for (const target of row.linkTargets) this.#addLink(row, target)
  }

  #addLink(row: SpanRow, target: LinkTarget): void {
    this.#insertLink.run(
      Buffer.from(target.traceId, 'hex'),
      this.#linkBytes(target.spanHigh, target.spanLow),
      Buffer.from(row.traceId, 'hex'),
      this.#linkBytes(row.spanHigh, row.spanLow),
    )
  }

  /** `lost`: what was written since the last commit is gone. */
  #clear(lost: boolean): void {
    this.#isOpen = false
    this.#isImported = undefined
    this.#nextLog = nextBlock(lost ? this.#highest('log') + 1 : this.#nextLog)
    this.#nextSpan = nextBlock(lost ? this.#highest('span') + 1 : this.#nextSpan)
    this.#first = { log: this.#nextLog, span: this.#nextSpan }
    this.#chains.clear(lost)
    this.#rollup.clear()
    this.#patterns.clear(lost)
    for (const waiting of [this.#logs, this.#spans, this.#text, this.#spanText]) waiting.clear()
    if (lost) for (const dictionary of [this.#resources, this.#scopes, this.#names]) dictionary.forget()
  }

  #highest(table: 'log' | 'span'): number {
    return Number(this.#database.prepare(`SELECT max(id) AS id FROM ${table}`).get()?.id ?? 0)
  }
}

function countLog(change: ChainChange, us: number, severity: number): number {
  change.logs++
  if (us < change.us) change.us = us
  if (us > change.endUs) change.endUs = us
  if (severity > change.severity) change.severity = severity
  if (severity >= 17) change.errors++
  return change.id
}

function countSpan(change: ChainChange, row: SpanRow, us: number, name: number, resource: number): number {
  const endUs = us + Math.max(0, Math.ceil((row.durationNs ?? 0) / 1000))
  change.spans++
  if (us < change.us) change.us = us
  if (endUs > change.endUs) change.endUs = endUs
  if (row.status === 2) change.errors++
  if (row.parentHigh === 0 && row.parentLow === 0) {
    change.rootName = name
    change.rootResource = resource
  }
  return change.id
}
