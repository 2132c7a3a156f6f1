import { parseSearch } from '@clew/search'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ChainPage, ChainSummary } from '../../../api/index.ts'
import { type Asked, api, type Failure } from '../../api-client.ts'
import { unixMsOf } from '../../format.ts'
import { live } from '../../live.ts'
import { returns, useRecovery } from '../../recovery.ts'
import { parseInstant } from '../../url.ts'
import { timeBounds } from '../../url-state.ts'
import {
  addPage,
  arrive,
  type ChainList,
  type ChainOrder,
  maxShown,
  maxWaiting,
  resume,
  startList,
} from './chain-list.ts'

/** What the address asks for. */
export type Question = { q: string; from: string; to: string; order: ChainOrder }

export type AskedChains = Asked<ChainList> & {
  more(): void
  /** At the top of the list new chains are shown as they come; further down they wait. */
  follow(atTop: boolean): void
}

/** What the desk answered to the question of a key. With both, the list is from before. */
type Kept = { key: string; list?: ChainList; failure?: Failure }

/** The list as it was last seen, so that the way back from a chain leads to the same place. */
let seen: { key: string; list: ChainList } | undefined

/** The chains that the address asks for, kept up to date by what arrives at the desk. */
export function useChainList(question: Question): AskedChains {
  const { q, order } = question
  const key = JSON.stringify(question)
  const held = useRef(false)
  const { kept, loading, change, reload } = useWatched(question, key, held)
  const loadingMore = useRef<AbortController>(undefined)
  const isOld = kept !== undefined && kept.key !== key
  const list = kept?.list
  useEffect(() => {
    seen = kept?.list && { key: kept.key, list: kept.list }
    if (list && list.chains.length > maxShown && !held.current) reload()
  }, [list])
  useEffect(() => () => loadingMore.current?.abort(), [key])
  const more = (): void => {
    const isAsking = loadingMore.current?.signal.aborted === false
    if (isOld || list === undefined || list.next === null || isAsking) return
    const abort = new AbortController()
    loadingMore.current = abort
    const params = { q, order, before: list.next, ...timeBounds(Date.now()) }
    void api.chains(params, abort.signal).then(({ value }) => {
      if (abort.signal.aborted) return
      abort.abort()
      if (value) change((before) => (before.next === list.next ? addPage(before, value) : before))
    })
  }
  useEffect(() => {
    // All that was looked at for this page belongs to rows that stand further down.
    if (list?.chains.length === 0) more()
  }, [list])
  useRecovery(kept?.failure, reload)

  return {
    answer: list ? { value: list } : kept?.failure && { failure: kept.failure },
    lapse: list && kept.failure,
    ...{ loading, isOld, reload },
    more,
    follow(atTop) {
      held.current = !atTop
      if (!atTop || list === undefined || list.waiting.length === 0) return
      if (list.waiting.length >= maxWaiting) reload()
      else change((before) => arrive(before, [], order, false))
    },
  }
}

/** The first page of a question and what comes after it. `held`: new chains wait. */
function useWatched(question: Question, key: string, held: { current: boolean }) {
  const [kept, setKept] = useState<Kept | undefined>(seen?.key === key ? seen : undefined)
  const [loading, setLoading] = useState(true)
  const [turn, setTurn] = useState(0)
  const { order } = question
  /** Changes the list unless another question was asked meanwhile. */
  const change = (next: (list: ChainList) => ChainList) =>
    setKept((before) =>
      before?.key === key && before.list ? { ...before, list: next(before.list) } : before,
    )
  useEffect(() => {
    const earlier = turn === 0 && seen?.key === key ? seen.list : undefined
    setLoading(true)
    return watch(question, {
      onPage: (page) => {
        setLoading(false)
        setKept({ key, list: earlier === undefined ? startList(page) : resume(earlier, page, order) })
      },
      onFailure: (failure) => {
        setLoading(false)
        setKept((before) => (before?.key === key && before.list ? { ...before, failure } : { key, failure }))
      },
      onChains: (chains) => change((before) => arrive(before, chains, order, held.current)),
    })
  }, [key, turn, returns.value])
  return { kept, loading, change, reload: useCallback(() => setTurn((before) => before + 1), []) }
}

type Listener = {
  onPage(page: ChainPage): void
  onFailure(failure: Failure): void
  onChains(chains: ChainSummary[]): void
}

/** The first page and what comes after it, until the function that it returns is called. A span of time with an end stands still. */
function watch({ q, from, to, order }: Question, { onPage, onFailure, onChains }: Listener): () => void {
  const abort = new AbortController()
  // The stream begins first, so that nothing that comes while the desk answers is missed.
  let early: ChainSummary[] | undefined = []
  const isLive = to === '' && parseSearch(q).tree !== undefined
  const stream = !isLive
    ? undefined
    : live('chains', q, ({ chains }) => {
        const firstMs = parseInstant(from, Date.now()) ?? 0
        const recent = chains.filter(({ placeUnixNano }) => unixMsOf(placeUnixNano) >= firstMs)
        if (early === undefined) onChains(recent)
        else early.push(...recent)
      })
  void api.chains({ q, order, ...timeBounds(Date.now()) }, abort.signal).then(({ value, failure }) => {
    if (abort.signal.aborted) return
    if (failure) return onFailure(failure)
    onPage(value)
    onChains(early ?? [])
    early = undefined
  })
  return () => {
    abort.abort()
    stream?.close()
  }
}
