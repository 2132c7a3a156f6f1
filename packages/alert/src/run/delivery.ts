import type { Alert } from '../alert.ts'
import type { DeadLetter } from '../notify/dead-letters.ts'
import type { AlertStore } from '../store/store.ts'

/** Keeps track of which alerts of the outbox were sent to all of their channels, and says so to the store. */
export type Delivery = {
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
  let done: Promise<void> = Promise.resolve()

  const finish = (key: string): void => {
    const one = pending.get(key)
    if (one === undefined) return
    pending.delete(key)
    done = done
      .then(() => store.done([one.token]))
      .catch((error: unknown) => report(`the store was not told what was sent: ${messageOf(error)}`))
  }
  const leave = (alert: Alert, channel: string, next?: string): void => {
    const key = keyOf(alert)
    const channels = pending.get(key)?.channels
    channels?.delete(channel)
    if (next !== undefined) channels?.add(next)
    if (channels?.size === 0) finish(key)
  }
  return {
    async pump() {
      await done
      if (pending.size > 0)
        await store.hold(
          [...pending.values()].map(({ token }) => token),
          holdMs,
        )
      if (pending.size >= mostPending) return
      for (const { token, alert } of await store.take(mostTaken, holdMs)) {
        const key = keyOf(alert)
        if (pending.has(key)) continue
        pending.set(key, { token, channels: new Set(alert.notify) })
        if (alert.notify.length === 0) finish(key)
        else notify(alert)
      }
      await done
    },
    sent: (alert, channel) => leave(alert, channel),
    held: (alert) => finish(keyOf(alert)),
    dead({ channel, notice, fallback }) {
      for (const alert of notice.alerts) leave(alert, channel, fallback)
    },
    async release() {
      await done
      const tokens = [...pending.values()].map(({ token }) => token)
      pending.clear()
      if (tokens.length > 0) await store.hold(tokens, 0)
    },
  }
}

/** Begin, each reminder and end of an alert are messages of their own. */
function keyOf({ id, state, times }: Alert): string {
  return `${id} ${state} ${times}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
