/** Whether one more may happen now. */
export type Bucket = (nowMs: number) => boolean

/** So many a second, and a burst of `burstSeconds`. */
export function createBucket(perSecond: number, burstSeconds: number): Bucket {
  const most = perSecond * burstSeconds
  let tokens = most
  let filledMs: number | undefined
  return (nowMs) => {
    tokens = Math.min(most, tokens + ((nowMs - (filledMs ?? nowMs)) / 1000) * perSecond)
    filledMs = nowMs
    if (tokens < 1) return false
    tokens--
    return true
  }
}
