import { parseSearch, parseTraceId, type SearchProblem } from '@clew/search'
import { signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import { useKeys } from '../keys.ts'
import { chainHref, hrefOf } from '../url.ts'
import { go, param, route, setParams } from '../url-state.ts'
import { Icon } from './icon.tsx'
import { takeSuggestion } from './search-suggestions.ts'
import { optionId, optionsId, SuggestionOptions } from './suggestion-options.tsx'
import { useSuggestions } from './use-suggestions.ts'

/** What the desk says is wrong with the search of the page; "" for nothing. Pages set and clear it. */
export const searchProblem = signal('')

const problemId = 'search-problem'

/**
 * The search of the page: `q` of the address. It suggests keys and values, marks the place of a mistake, and a pasted trace
 * id or traceparent opens its chain.
 */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null)
  const box = useSearchText(input)
  const { text, place, problem, list, active } = box
  const { search, searchHint, keys } = words.value.shell
  useKeys([{ key: '/', description: keys.search, run: () => input.current?.select() }])
  return (
    <search>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault()
          box.submit()
        }}
      >
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          enterkeyhint="search"
          name="q"
          value={text}
          placeholder={searchHint}
          role="combobox"
          aria-label={search}
          aria-autocomplete="list"
          aria-expanded={list.length > 0}
          aria-controls={optionsId}
          aria-activedescendant={active >= 0 ? optionId(active) : undefined}
          aria-invalid={problem !== ''}
          aria-describedby={problem === '' ? undefined : problemId}
          autocomplete="off"
          spellcheck={false}
          onFocus={box.refresh}
          onBlur={box.leave}
          onInput={(event) => box.edit(event.currentTarget, event.inputType === 'insertFromPaste')}
          onKeyDown={(event) => {
            if (!event.isComposing && box.press(event.key, event.currentTarget)) event.preventDefault()
          }}
        />
        <kbd>/</kbd>
        <SuggestionOptions list={list} active={active} onTake={box.take} />
        {problem !== '' && list.length === 0 && (
          <SearchProblemText id={problemId} text={text} place={place} message={problem} />
        )}
      </form>
    </search>
  )
}

/** What stands in the box, what is wrong with it, and what could follow. */
function useSearchText(input: { current: HTMLInputElement | null }) {
  const asked = param('q').value
  const [text, setText] = useState(asked)
  const [edited, setEdited] = useState(false)
  const moveCaret = useCaret(input)
  const { shown, show, hide, move, ...suggestions } = useSuggestions()
  const { list, active } = suggestions
  // Patterns are searched by plain words.
  const isLanguage = route.value.page !== 'patterns'
  useEffect(() => {
    setText(asked)
    setEdited(false)
  }, [asked])
  const place = edited || !isLanguage ? undefined : parseSearch(text).problem

  const submit = (wanted = text.trim()) => {
    suggestions.leave()
    setEdited(false)
    if (isLanguage && !parseTraceId(wanted) && !parseSearch(wanted).tree) return
    searchFor(wanted)
    // The keys of the page are wanted next.
    document.getElementById('main')?.focus()
  }
  const suggest = ({ value, selectionStart }: HTMLInputElement) => {
    if (isLanguage) show(value, selectionStart ?? value.length)
  }
  const take = (index: number) => {
    const suggestion = list[index]
    if (!suggestion || !shown) return
    const taken = takeSuggestion(text, shown, suggestion)
    setText(taken.text)
    moveCaret(taken.caret)
    if (suggestion.more) show(taken.text, taken.caret)
    else hide()
  }
  return {
    ...{ text, place, submit, take, hide, ...suggestions },
    problem: place?.mistake(words.value.search) ?? (edited ? '' : searchProblem.value),
    edit(box: HTMLInputElement, isPaste: boolean) {
      setText(box.value)
      setEdited(true)
      if (isPaste && parseTraceId(box.value)) submit(box.value.trim())
      else suggest(box)
    },
    /** True when the key was meant for the suggestions, or leaves the box. */
    press(key: string, box: HTMLInputElement): boolean {
      if (key === 'Escape') list.length > 0 ? hide() : box.blur()
      else if (key === 'ArrowDown') list.length > 0 ? move(1) : suggest(box)
      else if (key === 'ArrowUp') list.length > 0 ? move(-1) : suggest(box)
      else if ((key === 'Enter' || key === 'Tab') && active >= 0) take(active)
      else return false
      return true
    },
  }
}

/** Puts the caret somewhere once the new text is in the box. */
function useCaret(input: { current: HTMLInputElement | null }): (caret: number) => void {
  const [caret, setCaret] = useState<{ at: number }>()
  useLayoutEffect(() => {
    if (caret) input.current?.setSelectionRange(caret.at, caret.at)
  }, [caret])
  return (at) => setCaret({ at })
}

const pagesWithoutSearch: readonly string[] = ['services', 'start', 'compare', 'unknown']

function searchFor(text: string): void {
  const traceId = parseTraceId(text)
  const { page } = route.value
  searchProblem.value = ''
  if (traceId) go(chainHref(traceId))
  else if (pagesWithoutSearch.includes(page)) go(hrefOf('/logs', { q: text }))
  else setParams({ q: text }, 'push')
}

/** What is wrong with a search, and where in it. `place` is absent when only the desk knows. */
export function SearchProblemText({ id, text, place, message }: SearchProblemProps) {
  return (
    <p id={id} class="search-problem" role="alert">
      {place && (
        <code>
          {text.slice(0, place.at)}
          <mark class="wrong">{text.slice(place.at, place.at + place.length)}</mark>
          {text.slice(place.at + place.length)}
        </code>
      )}
      {message}
    </p>
  )
}

type SearchProblemProps = {
  id: string
  text: string
  place: Pick<SearchProblem, 'at' | 'length'> | undefined
  message: string
}
