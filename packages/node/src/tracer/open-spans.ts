import { report } from '@clew/core'
import { quote } from '@clew/settings'

/** A place in the ring of open spans; both are undefined where the span is in none. */
export type OpenLink = { previous: OpenLink | undefined; next: OpenLink | undefined }

/** A span that can stand in the ring. */
type OpenSpan = OpenLink & { readonly name: string; readonly startUnixMs: number }

const defaultMaxSpans = 10_000

/**
 * The sampled spans that have not ended, in the order of their beginning, so that they can be sent when the process dies. The spans
 * themselves are the links of the list: to begin and to end one allocates nothing.
 */
export class OpenSpans<S extends OpenSpan> {
  readonly #ring: OpenLink = { previous: undefined, next: undefined }
  readonly #maxSpans: number
  #size = 0

  /** More than `maxSpans` are not held: what never ends would stay in memory for ever. */
  constructor(maxSpans: number = defaultMaxSpans) {
    this.#maxSpans = maxSpans
    this.#ring.previous = this.#ring
    this.#ring.next = this.#ring
  }

  add(span: S): void {
    const ring = this.#ring
    const last = ring.previous!
    span.previous = last
    span.next = ring
    last.next = span
    ring.previous = span
    if (++this.#size > this.#maxSpans) this.#forgetOldest()
  }

  /** How many are held. */
  get size(): number {
    return this.#size
  }

  /** Does nothing for a span that is in no list. */
  remove(span: S): void {
    // An application may end a span through Object.create(span), which is not what stands in the ring.
    const link = span.previous?.next
    if (link === undefined) return
    link.previous!.next = link.next
    link.next!.previous = link.previous
    link.previous = undefined
    link.next = undefined
    this.#size--
  }

  /** Calls `end` for each open span, the newest first: a span ends before the one that it lies in. */
  endAll(end: (span: S) => void): void {
    for (let link = this.#ring.previous; link !== this.#ring; link = this.#ring.previous) {
      const span = link as S
      this.remove(span)
      end(span)
    }
  }

  #forgetOldest(): void {
    const oldest = this.#ring.next as S
    this.remove(oldest)
    const since = new Date(oldest.startUnixMs).toISOString()
    const text = `more than ${this.#maxSpans} spans are open, the oldest is ${quote(oldest.name)} since ${since}`
    report('CLEW_OPEN_SPANS', `${text}; a span that is not ended is never sent`, 'open spans')
  }
}
