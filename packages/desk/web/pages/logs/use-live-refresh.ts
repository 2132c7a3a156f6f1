import { useEffect } from 'preact/hooks'

const everyMs = 5_000

/** Asks anew every five seconds while the list is live and the page is visible. */
export function useLiveRefresh(isLive: boolean, reload: () => void): void {
  useEffect(() => {
    if (!isLive) return
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), everyMs)
    return () => clearInterval(timer)
  }, [isLive, reload])
}
