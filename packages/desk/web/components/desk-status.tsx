import { signal } from '@preact/signals'
import type { DeskStatus } from '../../api/index.ts'
import { type Answer, api } from '../api-client.ts'
import { words } from '../i18n/words.ts'
import { returns } from '../recovery.ts'

const everyMs = 2_000

/** How the desk is, asked every two seconds while the page is visible; undefined until the first answer. */
export const deskStatus = signal<Answer<DeskStatus> | undefined>(undefined)
/** Whether records came between the last two answers. */
export const receiving = signal(false)

/** Keeps {@link deskStatus} fresh from now on. Call once. */
export async function watchDesk(): Promise<void> {
  if (document.visibilityState === 'visible') await askStatus()
  setTimeout(watchDesk, everyMs)
}

/** Asks how the desk is. */
export async function askStatus(): Promise<void> {
  const answer = await api.status()
  const before = deskStatus.peek()
  receiving.value = hasMore(before?.value, answer.value)
  deskStatus.value = answer
  if (isBack(before, answer)) returns.value++
}

/** Whether the desk answers again, or is another one than before. */
function isBack(before: Answer<DeskStatus> | undefined, { value }: Answer<DeskStatus>): boolean {
  if (!before || !value) return false
  return before.failure !== undefined || value.received.requests < before.value.received.requests
}

/** Whether records came; of a full store as many go, and a desk that was started again has received none yet. */
function hasMore(before: DeskStatus | undefined, now: DeskStatus | undefined): boolean {
  if (!before || !now) return false
  const sum = ({ logs, spans }: { logs: number; spans: number }): number => logs + spans
  return sum(now.received) > sum(before.received) || sum(now.store) > sum(before.store)
}

/** Records that the store has, or has had since the start. */
export function recordsOf(answer: Answer<DeskStatus> | undefined): number {
  if (!answer?.value) return 0
  const { store, received } = answer.value
  return Math.max(store.logs + store.spans, received.logs + received.spans)
}

type State = 'asking' | 'lost' | 'empty' | 'receiving' | 'quiet'

/** Whether the desk answers and records arrive, as dot and word; leads to the page of its state. */
export function StatusLink() {
  const state = currentState()
  const { status, statusMore } = words.value.shell
  const more = state === 'quiet' || state === 'receiving' ? statusMore[state] : undefined
  return (
    <a class={`status status-${state}`} href="/start" title={more}>
      <span class="status-dot" />
      <span role="status">{status[state]}</span>
    </a>
  )
}

function currentState(): State {
  const answer = deskStatus.value
  if (answer === undefined) return 'asking'
  if (answer.failure) return 'lost'
  if (recordsOf(answer) === 0) return 'empty'
  return receiving.value ? 'receiving' : 'quiet'
}
