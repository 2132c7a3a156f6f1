import { parseSearch } from '@clew/search'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ChainPage, ChainSummary } from '../../../api/index.ts'
import { api, type Failure } from '../../api-client.ts'
import { unixMsOf } from '../../format.ts'
import { live } from '../../live.ts'
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

export type AskedChains = {
  list: ChainList | undefined
  failure: Failure | undefined
  reload(): void
  more(): void
  /** At the top of the list new chains are shown as they come; further down they wait. */
  follow(atTop: boolean): void
}

/** The list as it was last seen, so that the way back from a chain leads to the same place. */
let seen: { key: string; list: ChainList } | undefined

/** The chains that the address asks for, kept up to date by what arrives at the desk. */
export function useChainList(question: Question): AskedChains {
  const { q, order } = question
  const key = JSON.stringify(question)
  const [list, setList] = useState(seen?.key === key ? seen.list : undefined)
  const [failure, setFailure] = useState<Failure>()
  const [turn, setTurn] = useState(0)
  const held = useRef(false)
  const loadingMore = useRef(false)
  const reload = () => setTurn((before) => before + 1)

  useEffect(() => {
    const earlier = turn === 0 && seen?.key === key ? seen.list : undefined
    const stop = watch(question, {
      onPage: (page) => {
        setFailure(undefined)
        setList(earlier === undefined ? startList(page) : resume(earlier, page, order))
      },
      onFailure: setFailure,
      onChains: (chains) => setList((before) => before && arrive(before, chains, order, held.current)),
    })
    loadingMore.current = false
    return stop
  }, [key, turn])
  useEffect(() => {
    seen = list && { key, list }
    if (list && list.chains.length > maxShown && !held.current) reload()
  }, [list])

  return {
    list,
    failure,
    reload,
    more() {
      if (list === undefined || list.next === null || loadingMore.current) return
      loadingMore.current = true
      void api.chains({ q, order, before: list.next, ...timeBounds(Date.now()) }).then(({ value }) => {
        loadingMore.current = false
        if (value) setList((before) => (before?.next === list.next ? addPage(before, value) : before))
      })
    },
    follow(atTop) {
      held.current = !atTop
      if (!atTop || list === undefined || list.waiting.length === 0) return
      if (list.waiting.length >= maxWaiting) reload()
      else setList((before) => before && arrive(before, [], order, false))
    },
  }
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
        const recent = chains.filter(({ startUnixNano }) => unixMsOf(startUnixNano) >= firstMs)
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
