import { useEffect, useRef, useState } from 'preact/hooks'
import type { LogPage, LogRow } from '../../../api/index.ts'
import { type Asked, api, type Failure, useAnswer } from '../../api-client.ts'
import { mayPass, useRecovery } from '../../recovery.ts'
import { timeBounds } from '../../url-state.ts'

const pageSize = 300

/** The lines that a search finds, page by page. */
export type LogPages = Asked<LogPage> & {
  rows: readonly LogRow[]
  /** Time ran out: what is older was not searched yet. */
  searchedToUnixMs: number | null
  /** Of a page behind the first. */
  moreFailure: Failure | undefined
  loadingMore: boolean
  loadMore(): void
  /** Searches on from where time ran out until lines are found, or `stop`. */
  searchOn(): void
  stop(): void
}

type Later = {
  first: LogPage
  rows: readonly LogRow[]
  next: string | null
  searchedToUnixMs: number | null
  failure?: Failure
}

const none: readonly LogRow[] = []

export function useLogPages(q: string, from: string, to: string): LogPages {
  const bounds = useRef<ReturnType<typeof timeBounds>>({})
  const asked = useAnswer(
    (abort) => {
      bounds.current = timeBounds(Date.now())
      return api.logs({ q, ...bounds.current, limit: pageSize }, abort)
    },
    [q, from, to],
  )
  const first = asked.answer?.value
  const [later, setLater] = useState<Later>()
  const [loadingMore, setLoadingMore] = useState(false)
  const asking = useRef<AbortController>(undefined)
  const stop = () => {
    asking.current?.abort()
    asking.current = undefined
    setLoadingMore(false)
  }
  // Another question ends what was asked behind the last page of this one.
  useEffect(() => stop, [first, q, from, to])
  const current: Later | undefined =
    later && later.first === first ? later : first && { ...first, first, rows: first.logs }

  const load = async (until: (page: LogPage) => boolean) => {
    if (!current || current.next === null || asked.isOld || asking.current) return
    const abort = new AbortController()
    asking.current = abort
    setLoadingMore(true)
    for (let reached = current; reached.next !== null; ) {
      const params = { q, ...bounds.current, limit: pageSize, before: reached.next }
      const page = await api.logs(params, abort.signal)
      if (abort.signal.aborted) return
      reached = addPage(reached, page)
      setLater(reached)
      if (page.failure || until(page.value)) break
    }
    stop()
  }
  const loadMore = () => void load(() => true)
  const failure = current?.failure
  useRecovery(mayPass(failure) ? failure : undefined, loadMore)
  return {
    ...asked,
    rows: current?.rows ?? none,
    searchedToUnixMs: current?.searchedToUnixMs ?? null,
    moreFailure: failure,
    loadingMore,
    loadMore,
    searchOn: () => void load(({ logs, searchedToUnixMs }) => logs.length > 0 || searchedToUnixMs === null),
    stop,
  }
}

function addPage(reached: Later, { value, failure }: Awaited<ReturnType<typeof api.logs>>): Later {
  const { first, rows, next, searchedToUnixMs } = reached
  if (failure) return { first, rows, next, searchedToUnixMs, failure }
  return { first, rows: [...rows, ...value.logs], next: value.next, searchedToUnixMs: value.searchedToUnixMs }
}
