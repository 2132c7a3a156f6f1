import { signal } from '@preact/signals'
import type { DeskStatus } from '../api/index.ts'
import { type Answer, api } from './api-client.ts'

const everyMs = 2_000

/** How the desk is, asked every two seconds while the page is visible; undefined until the first answer. */
export const deskStatus = signal<Answer<DeskStatus> | undefined>(undefined)
/** Whether records came between the last two answers. */
export const receiving = signal(false)

/** Keeps {@link deskStatus} fresh from now on. Call once. */
export async function watchDesk(): Promise<void> {
  if (document.visibilityState === 'visible') {
    const before = deskStatus.peek()
    const answer = await api.status()
    receiving.value = before?.value !== undefined && recordsOf(answer) > recordsOf(before)
    deskStatus.value = answer
  }
  setTimeout(watchDesk, everyMs)
}

/** Records that the store has, or has had since the start. */
export function recordsOf(answer: Answer<DeskStatus> | undefined): number {
  if (!answer?.value) return 0
  const { store, received } = answer.value
  return Math.max(store.logs + store.spans, received.logs + received.spans)
}
