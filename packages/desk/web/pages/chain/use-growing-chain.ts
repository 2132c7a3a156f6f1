import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ChainData } from '../../../api/index.ts'
import { api, type Failure } from '../../api-client.ts'
import { live } from '../../live.ts'
import { returns, useRecovery } from '../../recovery.ts'
import { growthSearch, hasSameRecords, mayGrow } from './growing.ts'

/** A trace that only a link joins is not in the search yet: now and then the desk is asked without being told. */
const askMs = 15_000
const leastMs = 1_000

type Asked = { data?: ChainData; failure?: Failure }

/**
 * A chain, which is asked for again when records come while it may still grow. What was there stays until the next
 * answer, also when that one fails; without new records it stays the same object.
 */
export function useGrowingChain(traceId: string): Asked & { reload(): void } {
  const [asked, setAsked] = useState<Asked>({})
  const [turn, setTurn] = useState(0)
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  useEffect(() => {
    const abort = new AbortController()
    void api.chain(traceId, abort.signal).then(({ value, failure }) => {
      if (abort.signal.aborted) return
      setAsked((before) => {
        if (!value) return before.data ? before : { failure }
        return before.data && hasSameRecords(before.data, value) ? before : { data: value }
      })
    })
    return () => abort.abort()
  }, [traceId, turn, returns.value])
  useRecovery(asked.failure, reload)
  useGrowth(growthSearch(traceId, asked.data), () => isWaiting(asked), reload)
  return { ...asked, reload }
}

function isWaiting({ data, failure }: Asked): boolean {
  return data ? mayGrow(data, Date.now()) : failure?.code === 'not-found'
}

/** Reloads when records come for as long as they are waited for. */
function useGrowth(search: string, waits: () => boolean, reload: () => void): void {
  const latest = useRef(waits)
  latest.current = waits
  const begins = waits()
  useEffect(() => {
    if (!begins) return
    let soon: ReturnType<typeof setTimeout> | undefined
    const ask = () => {
      soon = undefined
      if (!latest.current()) stop()
      else if (document.visibilityState === 'visible') reload()
    }
    const stream = live('chains', search, () => {
      soon ??= setTimeout(ask, leastMs)
    })
    const often = setInterval(ask, askMs)
    const stop = () => {
      clearTimeout(soon)
      clearInterval(often)
      stream.close()
    }
    return stop
  }, [search, begins])
}
