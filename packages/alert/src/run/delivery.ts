import type { Alert } from '../alert.ts'
import type { DeadLetter } from '../notify/dead-letters.ts'
import type { AlertStore } from '../store/store.ts'

/** Keeps track of which alerts of the outbox were sent to all of their channels, and says so to the store. */
export type Delivery = {
  /** Says that this process still tries what it has. Rejects when the store cannot be reached. */
  hold(): Promise<void>
  /** Takes what waits in the outbox and hands it on. Rejects when the store cannot be reached. */
  pump(): Promise<void>
  sent(alert: Alert, channel: string): void
  held(alert: Alert): void
  dead(letter: DeadLetter): void
  /** Nothing is sent here any more: what was not is anybody's at once. Resolves when the store knows, and what was sent. */
  release(): Promise<void>
}

type Pending = { token: string; channels: Set<string> }

/** For so long an alert is this process' to send; it says again and again that it still tries. */
const holdMs = 60_000
const mostTaken = 100
const mostPending = 2_000

/** `notify` gets each alert of the outbox once. */
export function createDelivery(
  store: AlertStore,
  notify: (alert: Alert) => void,
  report: (message: string) => void,
): Delivery {
  const pending = new Map<string, Pending>()
  const done = createAcknowledgement(store, report)
  const finish = (key: string): void => {
    const one = pending.get(key)
    if (one === undefined) return
    pending.delete(key)
    done.add(one.token)
  }
  const leave = (alert: Alert, channel: string, next?: string): void => {
    const key = keyOf(alert)
    const channels = pending.get(key)?.channels
    channels?.delete(channel)
    if (next !== undefined) channels?.add(next)
    if (channels?.size === 0) finish(key)
  }
  const take = async (): Promise<number> => {
    const taken = await store.take(mostTaken, holdMs)
    for (const { token, alert } of taken) {
      const key = keyOf(alert)
      if (pending.has(key)) continue
      pending.set(key, { token, channels: new Set(alert.notify) })
      if (alert.notify.length === 0) finish(key)
      else notify(alert)
    }
    return taken.length
  }
  const tokens = (): string[] => [...pending.values()].map(({ token }) => token)
  return {
    async hold() {
      await done.settled()
      if (pending.size > 0) await store.hold(tokens(), holdMs)
    },
    async pump() {
      await done.settled()
      while (pending.size < mostPending && (await take()) === mostTaken);
      await done.settled()
    },
    sent: (alert, channel) => leave(alert, channel),
    held: (alert) => finish(keyOf(alert)),
    dead({ channel, notice, fallback }) {
      for (const alert of notice.alerts) leave(alert, channel, fallback)
    },
    async release() {
      await done.settled()
      const left = tokens()
      pending.clear()
      if (left.length > 0) await store.hold(left, 0)
    },
  }
}

/**
 * Tells the store what is done with: what comes while it is told of others in one call, and what it did not hear once more, so that nobody
 * sends it again.
 */
function createAcknowledgement(
  store: AlertStore,
  report: (message: string) => void,
): { add(token: string): void; settled(): Promise<void> } {
  let waiting: string[] = []
  let telling: Promise<void> | undefined
  let isAway = false
  const tell = async (): Promise<void> => {
    // What is finished in this turn goes together.
    await undefined
    while (waiting.length > 0) {
      const tokens = waiting
      waiting = []
      try {
        await store.done(tokens)
        isAway = false
      } catch (error) {
        waiting = [...tokens, ...waiting]
        if (!isAway) report(`the store was not told what was sent: ${messageOf(error)}; it is told again`)
        isAway = true
        break
      }
    }
    telling = undefined
  }
  const settled = async (): Promise<void> => {
    telling ??= tell()
    await telling
  }
  return {
    add(token) {
      waiting.push(token)
      void settled()
    },
    settled,
  }
}

/** Begin, each reminder and end of an alert are messages of their own. */
function keyOf({ id, state, times }: Alert): string {
  return `${id} ${state} ${times}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
