import type { Signal } from '../records/batch.ts'

type Loss = { count: number; remedy: string }

/** What the receiver says may be different each time: further reasons are told together. */
const mostReasons = 20

/** The records of one signal that nobody will get, by reason. Each record counts once. */
export class Losses {
  readonly #unsent = new Map<string, Loss>()
  readonly #refused = new Map<string, Loss>()
  #total = 0
  #told = 0

  /** Records that found no place on our side. */
  addUnsent(count: number, reason: string, remedy: () => string): void {
    this.#add(this.#unsent, count, reason, remedy)
  }

  /** Records that the receiver did not want. */
  addRefused(count: number, reason: string, remedy: () => string): void {
    this.#add(this.#refused, count, reason, remedy)
  }

  /** All of them, when there are more than the last time: the process ends. */
  sum(signal: Signal, receiver: string): string | undefined {
    if (this.#total === this.#told) return undefined
    this.#told = this.#total
    const unsent = countOf(this.#unsent)
    const refused = countOf(this.#refused)
    const sentences = [
      ...(unsent === 0
        ? []
        : [
            `the process ends before ${unsent} ${signal} records could reach ${receiver}: ${listOf(this.#unsent)}`,
          ]),
      ...(refused === 0
        ? []
        : [`${receiver} did not take ${refused} ${signal} records: ${listOf(this.#refused)}`]),
    ]
    const remedies = [...this.#unsent.values(), ...this.#refused.values()].map(({ remedy }) => remedy)
    return [sentences.join('; '), ...new Set(remedies)].join('. ')
  }

  #add(losses: Map<string, Loss>, count: number, reason: string, remedy: () => string): void {
    if (count === 0) return
    this.#total += count
    const known = losses.get(reason)
    if (known !== undefined) known.count += count
    else if (losses.size < mostReasons) losses.set(reason, { count, remedy: remedy() })
    else this.#addToOthers(losses, count)
  }

  #addToOthers(losses: Map<string, Loss>, count: number): void {
    const others = losses.get(otherReasons)
    losses.set(otherReasons, { count: count + (others?.count ?? 0), remedy: 'The lines before tell more' })
  }
}

const otherReasons = 'other reasons'

function countOf(losses: ReadonlyMap<string, Loss>): number {
  return [...losses.values()].reduce((sum, { count }) => sum + count, 0)
}

function listOf(losses: ReadonlyMap<string, Loss>): string {
  const list = [...losses].sort(([, left], [, right]) => right.count - left.count)
  return list.map(([reason, { count }]) => (losses.size === 1 ? reason : `${count} ${reason}`)).join(', ')
}
