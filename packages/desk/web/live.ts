import { type ReadonlySignal, signal } from '@preact/signals'
import type { LiveEvents } from '../api/index.ts'

/** `lost`: it is being tried again. */
export type LiveState = 'connecting' | 'open' | 'lost'
export type Live = { state: ReadonlySignal<LiveState>; close(): void }

const retryMs = 3_000

/**
 * New lines or chains that match a search, as they come. Reconnects for good until `close`; what came meanwhile is sent
 * afterwards. A browser has six connections to one desk: keep one stream for each page.
 */
export function live<K extends Exclude<keyof LiveEvents, 'cleared'>>(
  kind: K,
  search: string,
  onEvent: (event: LiveEvents[K]) => void,
): Live {
  const state = signal<LiveState>('connecting')
  let source: EventSource
  let retry: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    // An empty search still asks for the stream, so that the parameter must not be left out.
    source = new EventSource(`/api/live?${new URLSearchParams({ [kind]: search })}`)
    source.onopen = () => {
      state.value = 'open'
    }
    source.onerror = () => {
      state.value = 'lost'
      // The browser tries again by itself, except after an answer that is no stream.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, retryMs)
    }
    // Nothing of what is shown exists any more; the address says what to show instead.
    source.addEventListener('cleared', () => location.reload())
    source.addEventListener(kind, (event) => onEvent(JSON.parse(event.data) as LiveEvents[K]))
  }
  open()
  return {
    state,
    close: () => {
      clearTimeout(retry)
      source.close()
    },
  }
}
