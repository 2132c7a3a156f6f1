import { safeText } from '@clew/otlp/text'
import type { ChainSummary } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { ErrorsOnly } from '../../components/errors-only.tsx'
import { Title } from '../../components/page.tsx'
import { TimeRange } from '../../components/time-range.tsx'
import { words } from '../../i18n/words.ts'
import { param, setParams, timeBounds } from '../../url-state.ts'
import { readQuickFilters, slowerThan, withService, withSlower } from './quick-filters.ts'

/** The heading and the controls that change the search. `shown`: chains of the list, whose services can be chosen at once. */
export function Filters({ shown }: { shown: readonly ChainSummary[] }) {
  const { title, filters, scale } = words.value.chains
  const q = param('q').value
  const { slower, service } = readQuickFilters(q)
  const search = (changed: string) => setParams({ q: changed }, 'push')
  const durations =
    slower === '' || slowerThan.some((one) => one === slower) ? slowerThan : [...slowerThan, slower]
  return (
    <div class="chains-filters">
      <Title>{title}</Title>
      <ErrorsOnly />
      <Choice
        label={filters.duration}
        value={slower}
        onChange={(value) => search(withSlower(q, value))}
        options={[
          ['', filters.anyDuration],
          ...durations.map((one) => [one, filters.slower(one.replace(/(?<=\d)(?=\p{L})/u, ' '))] as const),
        ]}
      />
      <Choice
        label={filters.service}
        value={service}
        onChange={(value) => search(withService(q, value))}
        options={[
          ['', filters.anyService],
          ...useServices(shown, service).map((name) => [name, safeText(name)] as const),
        ]}
      />
      <Choice
        label={filters.order}
        value={param('order').value === 'slow' ? 'slow' : ''}
        onChange={(value) => setParams({ order: value }, 'push')}
        options={[
          ['', filters.recent],
          ['slow', filters.slow],
        ]}
      />
      <button
        type="button"
        aria-pressed={hasCommonScale()}
        onClick={() => setParams({ scale: hasCommonScale() ? undefined : 'common' }, 'replace')}
      >
        {scale}
      </button>
      <TimeRange />
    </div>
  )
}

/** Whether the bars of all rows are on one scale of time. */
export function hasCommonScale(): boolean {
  return param('scale').value === 'common'
}

type ChoiceProps = {
  label: string
  value: string
  options: readonly (readonly [value: string, text: string])[]
  onChange(value: string): void
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label>
      <span class="unseen">{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Names of services to choose from: those of newest lines, of the chains that are shown, and the chosen one. */
function useServices(shown: readonly ChainSummary[], chosen: string): string[] {
  const { answer } = useAnswer(
    (abort) => api.services(timeBounds(Date.now()), abort),
    [param('from').value, param('to').value],
  )
  const known = answer?.value?.services.map(({ name }) => name) ?? []
  const names = new Set([...known, ...shown.flatMap(({ services }) => services), chosen])
  names.delete('')
  return [...names].toSorted()
}
