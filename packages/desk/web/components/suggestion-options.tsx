// biome-ignore-all lint/a11y/useFocusableInteractive: the box keeps the focus and names the option by aria-activedescendant
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keyboard is the box's
// biome-ignore-all lint/a11y/useSemanticElements: a datalist cannot be filled or styled so
import { safeText } from '@clew/otlp/text'
import { useEffect } from 'preact/hooks'
import { formatCompact } from '../format.ts'
import { words } from '../i18n/words.ts'
import type { Suggestion } from './search-suggestions.ts'

export const optionsId = 'search-options'
export const optionId = (index: number): string => `search-option-${index}`

type SuggestionOptionsProps = { list: readonly Suggestion[]; active: number; onTake(index: number): void }

/** What the search could go on with, below its box. */
export function SuggestionOptions({ list, active, onTake }: SuggestionOptionsProps) {
  const { label, keys } = words.value.shell.suggestions
  useEffect(() => {
    document.getElementById(optionId(active))?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <div id={optionsId} class="search-options" role="listbox" aria-label={label} hidden={list.length === 0}>
      {list.map(({ text, more, count }, index) => (
        <div
          key={text}
          id={optionId(index)}
          class="search-option"
          role="option"
          aria-selected={index === active}
          // The box keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(index)}
        >
          <bdi class="mono">{safeText(text)}</bdi>
          <span class="muted">
            {count !== undefined && formatCompact(count)}
            {more && keys[text.slice(0, -1) as keyof typeof keys]}
          </span>
        </div>
      ))}
    </div>
  )
}
