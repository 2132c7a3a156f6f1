import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Answer } from './api-client.ts'

/** `answer` stays while the next one is on its way, so that a page does not flicker. */
export type Asked<T> = { answer: Answer<T> | undefined; loading: boolean; reload(): void }

/** Asks the desk at first and whenever one of `inputs` changes; what is no longer wanted is aborted. */
export function useAnswer<T>(
  ask: (abort: AbortSignal) => Promise<Answer<T>>,
  inputs: readonly unknown[],
): Asked<T> {
  const [answer, setAnswer] = useState<Answer<T>>()
  const [loading, setLoading] = useState(true)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const abort = new AbortController()
    setLoading(true)
    void ask(abort.signal).then((latest) => {
      if (abort.signal.aborted) return
      setAnswer(latest)
      setLoading(false)
    })
    return () => abort.abort()
  }, [...inputs, turn])
  return { answer, loading, reload: useCallback(() => setTurn((before) => before + 1), []) }
}
