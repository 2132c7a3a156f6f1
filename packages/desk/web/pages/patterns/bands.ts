import { type ReadonlySignal, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { PatternSeries } from '../../../api/index.ts'
import { api, type Failure } from '../../api-client.ts'
import { returns, useRecovery } from '../../recovery.ts'
import { useTurns } from '../../turns.ts'

/** What is expected of the patterns that are in view, and how it went. */
export type Bands = {
  known: ReadonlySignal<ReadonlyMap<number, PatternSeries>>
  /** Why the desk could not say it when it was asked last. */
  failure: ReadonlySignal<Failure | undefined>
  /** It is in view from now on. Returns how it is no longer. */
  show(id: number): () => void
}

/** The desk tells so many at once. */
const mostAtOnce = 50
/** Minutes are judged one by one. */
const everyMs = 15_000
/** So many are kept that are no longer in view. */
const mostKept = 1_000

/** Asks for those that come into view, fifty at a time, and for all that are in view now and then. */
export function useBands(): Bands {
  const bands = useMemo(createBands, [])
  const turn = useTurns(everyMs)
  useEffect(() => bands.askAll(), [turn, returns.value])
  useRecovery(bands.failure.value, bands.askAll)
  useEffect(() => bands.stop, [])
  return bands
}

function createBands(): Bands & { askAll(): void; stop(): void } {
  const known = signal<ReadonlyMap<number, PatternSeries>>(new Map())
  const failure = signal<Failure | undefined>(undefined)
  const inView = new Map<number, number>()
  const fresh = new Set<number>()
  const gone = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  const take = (series: readonly PatternSeries[]): void => {
    const all = new Map(known.peek())
    for (const one of series) {
      all.delete(one.id)
      all.set(one.id, one)
    }
    for (const id of all.keys()) {
      if (all.size <= mostKept) break
      if (!inView.has(id)) all.delete(id)
    }
    known.value = all
  }
  const ask = async (ids: readonly number[]): Promise<void> => {
    for (let at = 0; at < ids.length; at += mostAtOnce) {
      const answer = await api.patternSeries(ids.slice(at, at + mostAtOnce), gone.signal)
      if (gone.signal.aborted) return
      failure.value = answer.failure
      if (answer.failure) return
      take(answer.value.series)
    }
  }
  return {
    ...{ known, failure },
    show(id) {
      inView.set(id, (inView.get(id) ?? 0) + 1)
      if (!known.peek().has(id)) {
        fresh.add(id)
        // Rows come into view together.
        timer ??= setTimeout(() => {
          timer = undefined
          const ids = [...fresh]
          fresh.clear()
          void ask(ids)
        })
      }
      return () => {
        const left = (inView.get(id) ?? 1) - 1
        if (left > 0) inView.set(id, left)
        else inView.delete(id)
      }
    },
    askAll: () => void ask([...inView.keys()]),
    stop() {
      clearTimeout(timer)
      gone.abort()
    },
  }
}
