import { signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import { useKeys } from '../keys.ts'
import { chainHref, hrefOf, parseTraceId } from '../url.ts'
import { go, param, route, setParams } from '../url-state.ts'
import { Icon } from './icon.tsx'

/** What is wrong with the search of the page, shown below the box; "" for nothing. Pages set and clear it. */
export const searchProblem = signal('')

/** The search of the page: `q` of the address. A pasted trace id or traceparent opens its chain. */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null)
  const { search, searchHint, keys } = words.value.shell
  const problem = searchProblem.value
  useKeys([{ key: '/', description: keys.search, run: () => input.current?.select() }])
  return (
    <search>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault()
          searchFor(input.current!.value.trim())
        }}
      >
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          name="q"
          value={param('q').value}
          placeholder={searchHint}
          aria-label={search}
          aria-invalid={problem !== ''}
          aria-describedby={problem === '' ? undefined : 'search-problem'}
          autocomplete="off"
          spellcheck={false}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
        />
        <kbd>/</kbd>
        {problem !== '' && (
          <p id="search-problem" class="search-problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </search>
  )
}

function searchFor(text: string): void {
  const traceId = parseTraceId(text)
  const { page } = route.value
  searchProblem.value = ''
  if (traceId) go(chainHref(traceId))
  else if (page === 'services' || page === 'start' || page === 'unknown') go(hrefOf('/logs', { q: text }))
  else setParams({ q: text }, 'push')
}
