import { severityBands, steadyClock } from '@clew/otlp'
import type { Template } from '@clew/templates'

/** A template that has a place of its own. */
export type ShownPattern = {
  readonly id: number
  readonly text: string
  /** By the place of a band in `severityBands`: lines that came while it had its place. */
  readonly lines: readonly number[]
}

/** Lines of templates, counted since the process began. */
export type PatternTally = {
  /** Lines of the template; `templateOf` is asked the first time. */
  add(id: number, band: number, lines: number, templateOf: (id: number) => Template | undefined): void
  /** One came that nobody ever saw. */
  began(band: number): void
  /** A template became a part of another, or has another id. */
  rename(id: number, into: number): void
  /** What its text is now. */
  describe(id: number, text: string): void
  read(): {
    shown: ShownPattern[]
    /** By band: lines of templates that had no place when they came; and templates that were new. */
    other: readonly number[]
    began: readonly number[]
    /** Templates of which lines came in the last ten to twenty minutes. */
    active: number
  }
}

/** So many templates have a place of their own. */
const mostShown = 200
/** So often places may change hands, so many of them each time, to who had more than so many times the lines since. */
const turnMs = 10 * 60_000
const mostChanges = 20
const muchMore = 2
const mostIds = 20_000
/** Where rows are found without a look-up, by the last bits of their ids; a power of two. */
const slotCount = 4096

class Row {
  id: number
  text: string
  /** Undefined before it has had a place. */
  lines: number[] | undefined
  isShown = false
  /** Lines in the ten minutes that go on, and in those before. */
  lately = 0
  before = 0
  /** What it became a part of. */
  into: Row | undefined

  constructor(id: number, text: string) {
    this.id = id
    this.text = text
  }

  get isActive(): boolean {
    return this.lately + this.before > 0
  }
}

const zeros = (): number[] => severityBands.map(() => 0)

/** `now`: unix milliseconds. */
export function createPatternTally(now: () => number): PatternTally {
  return new Tally(steadyClock(now))
}

class Tally implements PatternTally {
  readonly #now: () => number
  readonly #rows = new Map<number, Row>()
  readonly #slots = new Array<Row | undefined>(slotCount).fill(undefined)
  readonly #shown = new Set<Row>()
  readonly #other = zeros()
  readonly #began = zeros()
  #turnMs: number

  constructor(now: () => number) {
    this.#now = now
    this.#turnMs = now() + turnMs
  }

  add(id: number, band: number, lines: number, templateOf: (id: number) => Template | undefined): void {
    const slot = id & (slotCount - 1)
    let row = this.#slots[slot]
    if (row === undefined || row.id !== id || row.into !== undefined) {
      row = this.#rowOf(id) ?? this.#begin(id, templateOf(id))
      this.#slots[slot] = row
    }
    row.lately += lines
    const counted = row.isShown ? row.lines! : this.#other
    counted[band]! += lines
  }

  began(band: number): void {
    this.#began[band]!++
  }

  rename(id: number, into: number): void {
    const row = this.#rowOf(id)
    if (row === undefined) return
    const target = this.#rowOf(into)
    if (target === undefined || target === row) {
      if (row.id === id) row.id = into
      this.#rows.set(into, row)
      return
    }
    row.into = target
    target.lately += row.lately
    target.before += row.before
    if (!this.#shown.delete(row)) return
    row.isShown = false
    this.#show(target)
  }

  describe(id: number, text: string): void {
    const row = this.#rowOf(id)
    if (row?.id === id) row.text = text
  }

  read(): ReturnType<PatternTally['read']> {
    this.#turn()
    let active = 0
    for (const [id, row] of this.#rows) if (row.id === id && row.into === undefined && row.isActive) active++
    const shown = [...this.#shown].map(({ id, text, lines }) => ({ id, text, lines: lines! }))
    return { shown, other: this.#other, began: this.#began, active }
  }

  #rowOf(id: number): Row | undefined {
    const known = this.#rows.get(id)
    if (known?.into === undefined) return known
    let row = known
    while (row.into !== undefined) row = row.into
    this.#rows.set(id, row)
    return row
  }

  /** Who comes first takes a place that is free. */
  #begin(id: number, template: Template = { id, text: '', count: 0 }): Row {
    this.#turn()
    if (this.#rows.size >= mostIds) this.#sweep()
    const row = this.#rowOf(template.id) ?? new Row(template.id, template.text)
    this.#rows.set(template.id, row)
    this.#rows.set(id, row)
    if (this.#shown.size < mostShown) this.#show(row)
    return row
  }

  /** What it counted while it had a place before is what it goes on from. */
  #show(row: Row): void {
    row.lines ??= zeros()
    row.isShown = true
    this.#shown.add(row)
  }

  #turn(): void {
    const nowMs = this.#now()
    if (nowMs < this.#turnMs) return
    const rows = [...new Set(this.#rows.values())].filter(({ into }) => into === undefined)
    this.#changePlaces(rows)
    const isLong = nowMs >= this.#turnMs + turnMs
    for (const row of rows) {
      row.before = isLong ? 0 : row.lately
      row.lately = 0
    }
    this.#turnMs = nowMs + turnMs
  }

  #changePlaces(rows: readonly Row[]): void {
    const waiting = rows.filter(({ isShown, lately }) => !isShown && lately > 0)
    const quiet = [...this.#shown].toSorted((a, b) => a.lately - b.lately)
    const busiest = waiting.toSorted((a, b) => b.lately - a.lately)
    let changes = 0
    for (const row of busiest) {
      if (this.#shown.size >= mostShown) {
        const least = quiet[changes]
        if (least === undefined || changes === mostChanges || row.lately <= muchMore * least.lately) return
        changes++
        least.isShown = false
        this.#shown.delete(least)
      }
      this.#show(row)
    }
  }

  /** Those that are shown stay; of the others those that are in use, if that is enough. Other ids that they had are asked for again. */
  #sweep(): void {
    const keep = (isKept: (row: Row) => boolean): void => {
      for (const [id, row] of this.#rows)
        if (row.id !== id || row.into !== undefined || !isKept(row)) this.#rows.delete(id)
    }
    this.#slots.fill(undefined)
    keep((row) => row.isShown || row.isActive)
    if (this.#rows.size > mostIds / 2) keep(({ isShown }) => isShown)
  }
}
