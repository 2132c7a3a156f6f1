import type { Decision } from '../alert.ts'
import type { KeptWarning } from '../early/kept-warning.ts'
import type { PatternTally } from '../early/pattern-tally.ts'
import { createReadPatterns, type PatternNames, type ReadPatterns } from '../early/read-patterns.ts'
import { createWatch, type EarlyRule, type RuleExpected, type Watch } from '../early/watch.ts'
import type { Engine, Hits } from '../engine/engine.ts'
import type { RecordBatch } from '../sources/source.ts'
import type { WatchChange, WindowStore } from '../store/store.ts'
import { type SharedTemplates, withSharedIds } from './shared-templates.ts'

/** What rules of type `early` do with each partition that this process reads. */
export type Watching = {
  /** Of a partition, with what was stored of it; undefined where no rule watches. `position`: where the partition stands. */
  of(partition: string, position: number | undefined): Promise<WatchedPartition | undefined>
  /** What is not stored of it is gone: it is loaded again. Without a partition: of all. */
  forget(partition?: string): void
  /** The clock of a partition had jumped. */
  setBack(partition: string, clockMs: number): void
  all(): WatchedPartition[]
  learning(): Learning
  /** What each rule that watches expects of templates, in each partition. */
  expected(templateIds: readonly number[]): RuleExpected[]
}

/** How far rules of type `early` are: since when and until when they learn, in unix milliseconds, 0 before the first record. */
export type Learning = { sinceMs: number; untilMs: number; series: number; leftOut: number }

const minuteMs = 60_000
/** Counts of so little are lost, in a source that gives nothing again, without being missed. */
const mostGapMs = 3 * minuteMs
/** For each MiB of state it is stored a minute more seldom. */
const bytesPerMinute = 1024 * 1024
const mostMinutes = 10

/** What is told of templates outside of what watches them. */
export type TemplatesTold = {
  /** Where their lines are counted once they are stored. */
  tally: PatternTally
  /** What other processes know of them; undefined where there are none. */
  shared: SharedTemplates | undefined
}

export function createWatching(engine: Engine, store: WindowStore, told?: TemplatesTold): Watching {
  const rules = engine.rules.filter((rule): rule is EarlyRule => rule.type === 'early')
  const watched = new Map<string, WatchedPartition>()
  const namesOf = ({ watch }: WatchedPartition): PatternNames => {
    const isOthers = (id: number): boolean =>
      [...watched.values()].some((other) => other.watch !== watch && other.watch.template(id) !== undefined)
    return told?.shared
      ? sharedNames(told.shared, watch)
      : {
          template: (id) => watch.template(id),
          isNew: ({ id }) => !isOthers(id),
          changed: (_, merges) => merges,
        }
  }
  const settle = (one: WatchedPartition): void => {
    if (told) one.read?.settle(told.tally, (id) => one.watch.template(id), namesOf(one))
  }
  return {
    async of(partition, position) {
      if (rules.length === 0) return undefined
      const known = watched.get(partition)
      if (known) return known
      const stored = await store.watchOf(partition)
      const read = told && createReadPatterns()
      const watch = createWatch(rules, stored?.state, read)
      const { version = '', next = position } = stored ?? {}
      const one = new WatchedPartition(
        { partition, watch, read, settle, shared: told?.shared },
        version,
        next,
      )
      if (stored && stored.next === undefined && engine.watchedFromMs > watch.minuteMs() + mostGapMs)
        watch.skip(engine.watchedFromMs)
      watched.set(partition, one)
      told?.shared?.learn(watch.templates())
      return one
    },
    forget(partition) {
      if (partition === undefined) watched.clear()
      else watched.delete(partition)
    },
    setBack: (partition, clockMs) => watched.get(partition)?.watch.skip(clockMs),
    all: () => [...watched.values()],
    expected: (templateIds) => [...watched.values()].flatMap(({ watch }) => watch.expected(templateIds)),
    learning() {
      const all = [...watched.values()]
        .map(({ watch }) => watch.learning())
        .filter(({ sinceMs }) => sinceMs > 0)
      return {
        sinceMs: all.length === 0 ? 0 : Math.min(...all.map(({ sinceMs }) => sinceMs)),
        untilMs: Math.max(0, ...all.map(({ untilMs }) => untilMs)),
        series: all.reduce((sum, { series }) => sum + series, 0),
        leftOut: all.reduce((sum, { leftOut }) => sum + leftOut, 0),
      }
    },
  }
}

function sharedNames(shared: SharedTemplates, watch: Watch): PatternNames {
  return {
    template: (id) => shared.get(id) ?? watch.template(id),
    isNew: shared.learnNew,
    changed(templates, merges) {
      shared.learn({ templates, merges })
      return shared.newMerges()
    },
  }
}

type Parts = {
  partition: string
  watch: Watch
  read: ReadPatterns | undefined
  settle: (one: WatchedPartition) => void
  shared: SharedTemplates | undefined
}

/** A watch, where it stands, and what of it is stored. */
export class WatchedPartition {
  readonly partition: string
  readonly watch: Watch
  readonly read: ReadPatterns | undefined
  readonly #settle: Parts['settle']
  readonly #shared: SharedTemplates | undefined
  #version: string
  #next: number | undefined
  /** Records of a batch without offsets that could not be stored, and that comes again. */
  #fed = 0
  #everyMinutes = 1
  /** Time alone closed a minute: reading the same again would not. */
  #wasPassed = false
  #change: WatchChange | undefined

  constructor({ partition, watch, read, settle, shared }: Parts, version: string, next: number | undefined) {
    this.partition = partition
    this.watch = watch
    this.read = read
    this.#settle = settle
    this.#shared = shared
    this.#version = version
    this.#next = next
  }

  /** The offset of the record that it saw not yet. */
  get next(): number | undefined {
    return this.#next
  }

  /** What it found and nobody stored yet. */
  get found(): KeptWarning[] {
    return this.watch.found.map((warning) => withSharedIds(warning, this.#shared))
  }

  /** Counts what it did not see yet. What is found and counted of records from before `position` was told before. */
  feed({ records, offsets, clocks }: RecordBatch, position: number | undefined): void {
    let isOld = false
    this.#change = undefined
    for (let at = 0; at < records.length; at++) {
      const offset = offsets && (offsets.of?.[at] ?? offsets.first + at)
      if (offset === undefined ? at < this.#fed : offset < (this.#next ?? 0)) continue
      const isOlder = offset !== undefined && position !== undefined && offset < position
      if (isOld && !isOlder) this.#forgetOld()
      isOld = isOlder
      const record = records[at]!
      this.watch.take(record, clocks?.[at] ?? record.unixMs)
    }
    if (isOld) this.#forgetOld()
    if (offsets) this.#next = Math.max(this.#next ?? 0, offsets.after)
    else this.#fed = records.length
  }

  #forgetOld(): void {
    this.watch.forgetFound()
    this.read?.forgetLines()
  }

  pass(clockMs: number): void {
    if (!this.watch.pass(clockMs)) return
    this.#wasPassed = true
    this.#change = undefined
  }

  /** Whether there is something to be stored. */
  get hasNews(): boolean {
    const { found, failures, closedMinutes } = this.watch
    const isDue = this.#version === '' || closedMinutes >= this.#everyMinutes
    return isDue || found.length + failures.length > 0 || (this.#wasPassed && this.#next !== undefined)
  }

  /** How it is to be stored; undefined: not yet, unless it must be kept now. */
  change(mustKeep: boolean): WatchChange | undefined {
    if (!this.hasNews && !mustKeep) return undefined
    this.#change ??= {
      partition: this.partition,
      before: this.#version,
      version: String(Number(this.#version) + 1),
      next: this.#next,
      state: this.watch.save(),
    }
    return this.#change
  }

  /** The commit with this change was stored. */
  stored(change: WatchChange | undefined): void {
    this.#fed = 0
    this.#settle(this)
    if (change === undefined) return
    this.#version = change.version
    this.#change = undefined
    this.#wasPassed = false
    this.#everyMinutes = Math.min(mostMinutes, 1 + Math.floor(change.state.length / bytesPerMinute))
    this.watch.forgetFound()
    this.watch.saved()
  }
}

/** What is told of warnings: those that are alerts become hits, the others are decisions. */
export function tellFound(engine: Engine, found: readonly KeptWarning[], hits: Hits): Decision[] {
  const others: Decision[] = []
  for (const warning of found) {
    const { state, rule, unixMs, services, sure, lines } = warning
    if (state === 'told') {
      const { id, sinceUnixMs, changes, found: count, precedent } = warning
      const told = { id, sinceUnixMs, services, changes, found: count, sure, ...(precedent && { precedent }) }
      engine.tell({ ...told, rule, lines }, unixMs, hits)
      continue
    }
    const limit = (engine.rules.find(({ id }) => id === rule) as EarlyRule).sure
    const group = { service: services[0]! }
    others.push({ rule, group, reason: state, unixMs, value: sure, limit, alertId: '' })
  }
  return others
}
