/** How an attempt can end without having failed. */
export type Outcome = 'delayed' | 'waiting' | 'waiting-children' | 'rate-limited'

// BullMQ goes by the name, as an error from a sandbox has lost its class; and by the message for the rate limit.
// https://github.com/taskforcesh/bullmq/blob/master/src/classes/worker.ts (handleFailed)
const byName: { readonly [name: string]: Outcome } = {
  DelayedError: 'delayed',
  WaitingError: 'waiting',
  WaitingChildrenError: 'waiting-children',
}
const rateLimitMessage = 'bullmq:rateLimitExceeded'

/** What an error thrown by a processor means, when it only tells BullMQ what to do next. */
export function outcomeOf(error: unknown): Outcome | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { name, message } = error as { name?: unknown; message?: unknown }
  if (message === rateLimitMessage) return 'rate-limited'
  return typeof name === 'string' && Object.hasOwn(byName, name) ? byName[name] : undefined
}
