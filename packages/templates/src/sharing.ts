import type { Miner } from './miner.ts'
import { isId, longestText } from './state.ts'

/** One field of a hash that processes share: by an id `=text` of its template, or `>id` of the one that stands for it. */
export type SharedEntry = readonly [id: string, value: string]

/** Keeps a miner in step with those of other processes. */
export type Sharing = {
  /**
   * Gives what is new in this miner to `swap` and takes what comes back from others. Rejects with what `swap` rejects with;
   * the next call then gives the same again. One at a time: a call while another is under way is that one.
   */
  exchange(swap: (own: SharedEntry[]) => Promise<readonly SharedEntry[]>): Promise<void>
  /** The others' store is empty again: the next exchange gives all. */
  beginAnew(): void
}

/**
 * `report` is told of an entry that is damaged and left out. Texts and ids come from others, and may be anything; what is
 * given is at most what the miner holds.
 */
export function createSharing(miner: Miner, report: (problem: string) => void): Sharing {
  let given = new Map<string, string>()
  /** What became a part of one that is not known here yet. */
  const waiting = new Map<number, number>()
  let underWay: Promise<void> | undefined

  const joinWaiting = (): void => {
    // What leads to others goes first, so that a whole way is known.
    for (const mayLive of [false, true]) {
      for (const [id, into] of waiting) {
        if (!mayLive && isAlive(miner, id)) continue
        miner.learn({ templates: [], merges: [[id, into]] })
        if (isAlive(miner, id)) continue
        waiting.delete(id)
        given.set(String(id), `>${miner.resolve(id)}`)
      }
    }
  }

  const take = (entries: readonly SharedEntry[]): void => {
    let bad: SharedEntry | undefined
    for (const [id, value] of entries) {
      const known = Number(id)
      const rest = value.slice(1)
      if (isId(known) && value[0] === '=' && rest.length <= longestText) {
        miner.learn({ templates: [{ id: known, text: rest, count: 0 }], merges: [] })
        if (miner.get(known)?.text === rest) given.set(id, value)
      } else if (isId(known) && value[0] === '>' && rest !== '' && isId(Number(rest))) {
        waiting.set(known, Number(rest))
      } else bad ??= [id, value]
    }
    joinWaiting()
    if (bad !== undefined)
      report(`shared templates: ${JSON.stringify(bad).slice(0, 100)} is no template; it is left out`)
  }

  const exchange = async (swap: Parameters<Sharing['exchange']>[0]): Promise<void> => {
    const all = new Map(entriesOf(miner))
    const before = given
    const entries = await swap([...all].filter(([id, value]) => before.get(id) !== value))
    // Anew since: what was given then is gone.
    if (given === before) given = all
    take(entries)
  }

  return {
    exchange(swap) {
      underWay ??= exchange(swap).finally(() => {
        underWay = undefined
      })
      return underWay
    },
    beginAnew() {
      given = new Map()
    },
  }
}

function isAlive(miner: Miner, id: number): boolean {
  return miner.get(id)?.id === id
}

function entriesOf(miner: Miner): [string, string][] {
  return [
    ...miner.export().map(({ id, text }): [string, string] => [String(id), `=${text}`]),
    ...miner.merges().map(([id, into]): [string, string] => [String(id), `>${into}`]),
  ]
}
