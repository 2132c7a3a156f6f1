import { signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { parseSearch } from '../../search/index.ts'
import { words } from '../i18n/words.ts'
import { useKeys } from '../keys.ts'
import { chainHref, hrefOf, parseTraceId } from '../url.ts'
import { go, param, route, setParams } from '../url-state.ts'
import { Icon } from './icon.tsx'
import { SearchProblemText } from './search-problem.tsx'
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
  const asked = param('q').value
  const [text, setText] = useState(asked)
  const [edited, setEdited] = useState(false)
  const suggestions = useSuggestions()
  const { list, active, hide } = suggestions
  const moveCaret = useCaret(input)
  const { search, searchHint, keys } = words.value.shell
  // Patterns are searched by plain words.
  const isLanguage = route.value.page !== 'patterns'
  useEffect(() => {
    setText(asked)
    setEdited(false)
  }, [asked])
  useKeys([{ key: '/', description: keys.search, run: () => input.current?.select() }])

  const place = edited || !isLanguage ? undefined : parseSearch(text).problem
  const problem = place?.message ?? (edited ? '' : searchProblem.value)
  const submit = (wanted: string) => {
    hide()
    setEdited(false)
    if (!isLanguage || parseTraceId(wanted) !== undefined || parseSearch(wanted).tree) searchFor(wanted)
  }
  const take = (index: number) => {
    const suggestion = list[index]
    if (!suggestion || !suggestions.shown) return
    const taken = takeSuggestion(text, suggestions.shown, suggestion)
    setText(taken.text)
    moveCaret(taken.caret)
    if (suggestion.more) suggestions.show(taken.text, taken.caret)
    else hide()
  }
  const suggest = ({ value, selectionStart }: HTMLInputElement) => {
    if (isLanguage) suggestions.show(value, selectionStart ?? value.length)
  }
  return (
    <search>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault()
          submit(text.trim())
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
          onFocus={suggestions.refresh}
          onBlur={hide}
          onInput={(event) => {
            const { currentTarget: box, inputType } = event
            setText(box.value)
            setEdited(true)
            if (inputType === 'insertFromPaste' && parseTraceId(box.value)) submit(box.value.trim())
            else suggest(box)
          }}
          onKeyDown={(event) => {
            if (event.isComposing) return
            if (event.key === 'Escape') {
              if (list.length > 0) hide()
              else event.currentTarget.blur()
            } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              if (list.length > 0) suggestions.move(event.key === 'ArrowDown' ? 1 : -1)
              else suggest(event.currentTarget)
            } else if ((event.key === 'Enter' || event.key === 'Tab') && active >= 0) {
              take(active)
            } else return
            event.preventDefault()
          }}
        />
        <kbd>/</kbd>
        <SuggestionOptions list={list} active={active} onTake={take} />
        {problem !== '' && list.length === 0 && (
          <SearchProblemText id={problemId} text={text} place={place} message={problem} />
        )}
      </form>
    </search>
  )
}

/** Puts the caret somewhere once the new text is in the box. */
function useCaret(input: { current: HTMLInputElement | null }): (caret: number) => void {
  const [caret, setCaret] = useState<{ at: number }>()
  useLayoutEffect(() => {
    if (caret) input.current?.setSelectionRange(caret.at, caret.at)
  }, [caret])
  return (at) => setCaret({ at })
}

function searchFor(text: string): void {
  const traceId = parseTraceId(text)
  const { page } = route.value
  searchProblem.value = ''
  if (traceId) go(chainHref(traceId))
  else if (page === 'services' || page === 'start' || page === 'unknown') go(hrefOf('/logs', { q: text }))
  else setParams({ q: text }, 'push')
}
