import { useRef, useState } from 'preact/hooks'
import type { LogFacets } from '../../api/index.ts'
import { api } from '../api-client.ts'
import { type Suggestion, type Suggestions, suggestAt } from './search-suggestions.ts'

const freshMs = 30_000

export type SuggestionList = {
  list: readonly Suggestion[]
  /** Index of the active one, −1 for none. */
  active: number
  /** Suggests for a text with the caret at a place. */
  show(text: string, caret: number): void
  hide(): void
  /** Moves the active one and comes round by none. */
  move(by: 1 | -1): void
  /** What is shown, to take one of it. */
  shown: Suggestions | undefined
  /** Asks the desk which keys and values there are, unless it was just asked. */
  refresh(): void
  /** Nobody types any more: a search must not wait for values that are still being counted. */
  leave(): void
}

/** The suggestions of a search box. */
export function useSuggestions(): SuggestionList {
  const [shown, setShown] = useState<Suggestions>()
  const [active, setActive] = useState(-1)
  const facets = useRef<LogFacets['facets']>([])
  const askedAt = useRef(0)
  const asking = useRef<AbortController>(undefined)
  const list = shown?.list ?? []
  return {
    shown,
    list,
    active,
    show(text, caret) {
      setShown(suggestAt(text, caret, facets.current))
      setActive(-1)
    },
    hide() {
      setShown(undefined)
      setActive(-1)
    },
    move(by) {
      const places = list.length + 1
      setActive((before) => ((before + 1 + by + places) % places) - 1)
    },
    refresh() {
      const now = Date.now()
      if (now - askedAt.current < freshMs) return
      askedAt.current = now
      const abort = new AbortController()
      asking.current = abort
      void api.facets({}, abort.signal).then((answer) => {
        if (asking.current === abort) asking.current = undefined
        facets.current = answer.value?.facets ?? facets.current
      })
    },
    leave() {
      setShown(undefined)
      setActive(-1)
      if (asking.current) askedAt.current = 0
      asking.current?.abort()
      asking.current = undefined
    },
  }
}
