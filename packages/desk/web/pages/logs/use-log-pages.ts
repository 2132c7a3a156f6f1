import { useEffect, useRef, useState } from 'preact/hooks'
import type { LogPage, LogRow } from '../../../api/index.ts'
import { api, type Failure, useAnswer } from '../../api-client.ts'
import { timeBounds } from '../../url-state.ts'

const pageSize = 300

/** The lines that a search finds, page by page. `failure` is of the first page, `moreFailure` of a later one. */
export type LogPages = {
  rows: readonly LogRow[]
  isWhole: boolean
  loading: boolean
  failure: Failure | undefined
  moreFailure: Failure | undefined
  loadMore(): void
  reload(): void
}

type Later = { first: LogPage; rows: readonly LogRow[]; next: string | null; failure?: Failure }

const none: readonly LogRow[] = []

export function useLogPages(q: string, from: string, to: string): LogPages {
  const bounds = useRef<ReturnType<typeof timeBounds>>({})
  const { answer, loading, reload } = useAnswer(
    (abort) => {
      bounds.current = timeBounds(Date.now())
      return api.logs({ q, ...bounds.current, limit: pageSize }, abort)
    },
    [q, from, to],
  )
  const [later, setLater] = useState<Later>()
  const asking = useRef<AbortController>(undefined)
  const first = answer?.value
  useEffect(() => () => asking.current?.abort(), [first])
  const current =
    later && later.first === first ? later : first && { first, rows: first.logs, next: first.next }

  const loadMore = () => {
    if (!current || current.next === null || loading || asking.current?.signal.aborted === false) return
    const abort = new AbortController()
    asking.current = abort
    const before = current.next
    void api.logs({ q, ...bounds.current, limit: pageSize, before }, abort.signal).then((page) => {
      if (abort.signal.aborted) return
      abort.abort()
      setLater(
        page.failure
          ? { ...current, failure: page.failure }
          : { first: current.first, rows: [...current.rows, ...page.value.logs], next: page.value.next },
      )
    })
  }
  return {
    rows: current?.rows ?? none,
    isWhole: current?.next === null,
    loading,
    failure: answer?.failure,
    moreFailure: current && 'failure' in current ? current.failure : undefined,
    loadMore,
    reload,
  }
}
