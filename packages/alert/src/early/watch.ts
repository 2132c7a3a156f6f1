import { gunzipSync, gzipSync } from 'node:zlib'
import { matcherOf, printSearch, type RecordMatcher } from '@clew/search'
import {
  createMiner,
  type Miner,
  parseState,
  printState,
  stateOf,
  type Template,
  type TemplateState,
} from '@clew/templates'
import { createDetector, type Detector } from '../detect/detector.ts'
import type { Expected } from '../detect/expected.ts'
import type { Failure, Opinion } from '../detect/warning.ts'
import type { AlertRecord } from '../engine/record.ts'
import type { Rule } from '../rules/rule.ts'
import { type KeptWarning, keptWarning, warningIdOf } from './kept-warning.ts'
import type { ReadPatterns } from './read-patterns.ts'
import { createSeenRecord, seenSpanOf } from './seen-record.ts'

/** A rule of type `early`. */
export type EarlyRule = Extract<Rule, { type: 'early' }>

/** What the rules of type `early` know of one partition, and what they found that nobody stored yet. Pure. */
export type Watch = {
  /** Time goes on to `clockMs`; then a record, or a span, is counted in the minute that it carries. */
  take(record: AlertRecord, clockMs: number): void
  /** Time goes on. Returns whether a minute was closed by it. */
  pass(clockMs: number): boolean
  /** Nobody watched until then, or time was ahead of it. */
  skip(toMs: number): void
  /** Minutes that were closed since {@link Watch.saved}. */
  readonly closedMinutes: number
  /** The minute that is closed next, in unix milliseconds; 0 before the first record. */
  minuteMs(): number
  /** When the newest record came that was counted, by its own time, in unix milliseconds. */
  readonly clockMs: number
  /** Since when and until when it learns, in unix milliseconds, 0 before the first record; and how much it follows. */
  learning(): { sinceMs: number; untilMs: number; series: number; leftOut: number }
  /** What was counted of templates lately, and what was expected; by their ids or former ones. */
  expected(ids: readonly number[]): RuleExpected[]
  /** By any id that it had; and all of them. */
  template(id: number): Template | undefined
  templates(): TemplateState
  readonly found: readonly KeptWarning[]
  readonly failures: readonly Failure[]
  /** What was found is stored. */
  forgetFound(): void
  opine(warning: Pick<KeptWarning, 'rule' | 'id'>, opinion: Opinion): void
  /** All of it, in Base64. */
  save(): string
  /** What {@link Watch.save} gave is stored. */
  saved(): void
}

/** What a rule that watches expects of templates. JSON. */
export type RuleExpected = {
  rule: string
  /** Which lines it looks at, as a search; "": all. */
  where: string
  /** Until then it has judged, in unix milliseconds; and how much later than others a record may come and still count. */
  judgedToMs: number
  lateMs: number
  /** Templates that it follows, by the id that was asked for. */
  templates: (Expected & { id: number })[]
}

/** Records that come later than that are not counted: so many minutes a detector keeps open. */
const mostLateMs = 3 * 60_000
const maxTemplates = 10_000

type Part = { rule: EarlyRule; matches: RecordMatcher; detector: Detector; lateMs: number }
type Saved = { version: number; sinceMs: number; templates: string; detectors: { [rule: string]: string } }

const version = 1

/** `saved`: what {@link Watch.save} gave; what is none begins anew. `patterns` is told of each line. */
export function createWatch(rules: readonly EarlyRule[], saved?: string, patterns?: ReadPatterns): Watch {
  const known = saved === undefined ? undefined : read(saved)
  const miner = minerOf(known)
  const parts = rules.map((rule): Part => {
    return {
      rule,
      matches: matcherOf(rule.where),
      detector: createDetector({ warmUpMs: rule.learnMs, sure: rule.sure }, known?.detectors[rule.id]),
      lateMs: Math.min(rule.lateMs, mostLateMs),
    }
  })
  return new RuleWatch(parts, miner, known?.sinceMs ?? 0, patterns)
}

class RuleWatch implements Watch {
  readonly #parts: readonly Part[]
  readonly #miner: Miner
  readonly #seen: ReturnType<typeof createSeenRecord>
  readonly #patterns: ReadPatterns | undefined
  #sinceMs: number
  #savedMs = 0
  clockMs = 0
  closedMinutes = 0
  found: KeptWarning[] = []
  failures: Failure[] = []

  constructor(parts: readonly Part[], miner: Miner, sinceMs: number, patterns: ReadPatterns | undefined) {
    this.#parts = parts
    this.#miner = miner
    this.#patterns = patterns
    this.#seen = createSeenRecord(miner)
    this.#sinceMs = sinceMs
    this.saved()
  }

  take(record: AlertRecord, clockMs: number): void {
    this.pass(clockMs)
    let isRead = false
    for (const { matches, detector, lateMs } of this.#parts) {
      if (!matches(record)) continue
      // What is late must not be what time begins with.
      if (detector.minuteMs() === 0 && record.unixMs < this.clockMs - lateMs) continue
      if (this.#sinceMs === 0) this.#sinceMs = record.unixMs
      if (record.span !== undefined) {
        detector.observeSpan(seenSpanOf(record, record.span))
        continue
      }
      if (!isRead) this.#read(record)
      isRead = true
      detector.observe(this.#seen.record)
    }
  }

  /** Its template; templates that became others are known by their new ids from now on. */
  #read(record: AlertRecord): void {
    const id = this.#seen.read(record)
    this.#patterns?.line(id, record.severityNumber, record.weight)
    if (!this.#miner.lastChanged) return
    const merges = this.#miner.newMerges()
    for (const [old, into] of merges)
      for (const { detector } of this.#parts) detector.rename(String(old), String(into))
    this.#patterns?.changed(this.#miner.get(id)!, record.severityNumber, merges)
  }

  pass(clockMs: number): boolean {
    if (!(clockMs > this.clockMs)) return false
    this.clockMs = clockMs
    let hasClosed = false
    for (const part of this.#parts) if (this.#tick(part)) hasClosed = true
    return hasClosed
  }

  /** Returns whether a minute was closed. */
  #tick({ rule, detector, lateMs }: Part): boolean {
    const lowMs = this.clockMs - lateMs
    const before = detector.minuteMs()
    if (before === 0 || lowMs < before + 60_000) return false
    const learntMs = this.#sinceMs + rule.learnMs
    const warnings = detector.tick(lowMs, learntMs)
    this.closedMinutes = Math.max(this.closedMinutes, (detector.minuteMs() - this.#savedMs) / 60_000)
    for (const warning of warnings) {
      const isLearnt = warning.unixMs >= learntMs
      const state = !isLearnt ? 'learning' : warning.sure < rule.sure ? 'below' : 'told'
      this.found.push(keptWarning({ id: rule.id, lateMs }, state, warning))
    }
    for (const failure of detector.failures())
      this.failures.push({ ...failure, id: warningIdOf(rule.id, failure.id) })
    return true
  }

  minuteMs(): number {
    return this.#parts.reduce((ms, { detector }) => Math.max(ms, detector.minuteMs()), 0)
  }

  learning(): ReturnType<Watch['learning']> {
    const stats = this.#parts.map(({ detector }) => detector.stats())
    const learnMs = Math.max(0, ...this.#parts.map(({ rule }) => rule.learnMs))
    return {
      sinceMs: this.#sinceMs,
      untilMs: this.#sinceMs + learnMs,
      series: stats.reduce((sum, { series }) => sum + series, 0),
      leftOut: stats.reduce((sum, { leftOut }) => sum + leftOut, 0),
    }
  }

  expected(ids: readonly number[]): RuleExpected[] {
    const asked = new Map(ids.map((id) => [id, String(this.#miner.resolve(id))]))
    return this.#parts.map(({ rule, detector, lateMs }) => {
      const known = new Map(
        detector.expected([...new Set(asked.values())]).map((one) => [one.templateId, one]),
      )
      const templates = [...asked].flatMap(([id, templateId]) => {
        const one = known.get(templateId)
        return one ? [{ ...one, id }] : []
      })
      return {
        rule: rule.id,
        where: printSearch(rule.where),
        judgedToMs: detector.minuteMs(),
        lateMs,
        templates,
      }
    })
  }

  template(id: number): Template | undefined {
    return this.#miner.get(id)
  }

  templates(): TemplateState {
    return stateOf(this.#miner)
  }

  saved(): void {
    this.#savedMs = this.minuteMs()
    this.closedMinutes = 0
  }

  skip(toMs: number): void {
    this.clockMs = toMs
    for (const { detector } of this.#parts) if (detector.minuteMs() > 0) detector.skip(toMs)
  }

  forgetFound(): void {
    this.found = []
    this.failures = []
  }

  opine({ rule, id }: Pick<KeptWarning, 'rule' | 'id'>, opinion: Opinion): void {
    for (const part of this.#parts)
      if (part.rule.id === rule) part.detector.opine((one) => warningIdOf(rule, one) === id, opinion)
  }

  save(): string {
    const saved: Saved = {
      version,
      sinceMs: this.#sinceMs,
      templates: printState(stateOf(this.#miner)),
      detectors: Object.fromEntries(this.#parts.map(({ rule, detector }) => [rule.id, detector.save()])),
    }
    return gzipSync(JSON.stringify(saved), { level: 1 }).toString('base64')
  }
}

function read(saved: string): Saved | undefined {
  try {
    const found = JSON.parse(gunzipSync(Buffer.from(saved, 'base64')).toString()) as Saved
    return found.version === version ? found : undefined
  } catch {
    return undefined
  }
}

function minerOf(known: Saved | undefined): Miner {
  if (known === undefined) return createMiner({ maxTemplates })
  const { state } = parseState(known.templates)
  const miner = createMiner({ maxTemplates, restore: state.templates, merges: state.merges })
  // Series are known by what became of their templates already.
  miner.newMerges()
  return miner
}
