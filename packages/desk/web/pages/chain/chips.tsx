import { lowestSeverity } from '@clew/otlp/severity'
import { formatDuration } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import { Icon } from '../../components/icon.tsx'
import { words } from '../../i18n/words.ts'
import { setParams } from '../../url-state.ts'
import type { ShownChain } from './use-chain.ts'
import type { Toggle } from './view-address.ts'

const bands = ['debug', 'info', 'warn', 'error'] as const

/** What is shown besides the spans, how the time runs, and where the search is. */
export function Chips({ shown }: { shown: ShownChain }) {
  const { show, minSeverity, anySeverity, resetZoom, chips, criticalMore } = words.value.chain
  const names = words.value.shell.severity
  return (
    <fieldset class="chips">
      <legend class="unseen">{show}</legend>
      <Chip shown={shown} toggle="lines" />
      <label class="least">
        <span class="unseen">{minSeverity}</span>
        <select
          value={String(shown.view.minSeverity)}
          disabled={!shown.view.showLogs}
          onChange={(event) => setParams({ min: event.currentTarget.value.replace(/^0$/, '') }, 'replace')}
        >
          <option value="0">{anySeverity}</option>
          {bands.map((band) => (
            <option key={band} value={String(lowestSeverity[band])}>
              ≥ {names[band]}
            </option>
          ))}
        </select>
      </label>
      <Chip shown={shown} toggle="events" />
      <Chip shown={shown} toggle="group" />
      <Chip shown={shown} toggle="fold">
        {foldText(shown)}
      </Chip>
      <Chip shown={shown} toggle="critical" title={criticalMore}>
        {chips.critical}
        {/* As it is drawn below the bars. */}
        <span class="critical-sign" aria-hidden="true" />
      </Chip>
      {shown.zoom && (
        <button type="button" class="chip" onClick={() => setParams({ zoom: undefined }, 'replace')}>
          <Icon name="close" />
          {resetZoom}
        </button>
      )}
      <Found shown={shown} />
    </fieldset>
  )
}

type ChipProps = {
  shown: ShownChain
  toggle: Exclude<Toggle, 'clocks' | 'details'>
  title?: string
  children?: ComponentChildren
}

function Chip({ shown, toggle, title, children }: ChipProps) {
  const on = shown.is(toggle)
  return (
    <button
      type="button"
      class="chip"
      title={title}
      aria-pressed={on}
      onClick={() => shown.turn(toggle, !on)}
    >
      {on && <Icon name="check" />}
      {children ?? words.value.chain.chips[toggle]}
    </button>
  )
}

/** How much there is to fold, folded or not. */
function foldText({ chain: { startNs, endNs }, axis: { idleNs } }: ShownChain): string {
  const { chips, foldable } = words.value.chain
  return idleNs > 0 ? foldable(formatDuration(idleNs), formatDuration(endNs - startNs)) : chips.fold
}

function Found({ shown: { matches, active, words: wanted } }: { shown: ShownChain }) {
  const { found, foundNone, foundAt } = words.value.chain
  const at = matches.indexOf(active)
  const text =
    matches.length === 0 ? foundNone : at < 0 ? found(matches.length) : foundAt(at + 1, matches.length)
  return (
    <span class="found number" role="status">
      {wanted.length > 0 && text}
    </span>
  )
}
