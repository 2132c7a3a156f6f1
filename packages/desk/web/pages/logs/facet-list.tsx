import { lowestSeverity, type SeverityBand } from '@clew/otlp/severity'
import { safeText } from '@clew/otlp/text'
import { hasFilter } from '@clew/search'
import type { LogFacets } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { ServiceDot, Severity } from '../../components/telemetry.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param } from '../../url-state.ts'
import { toggleFilter } from './filters.tsx'

/** What the lines found have in common; a click searches for it, the button beside it, or Alt, for lines without. */
export function FacetList({ facets }: { facets: LogFacets }) {
  const { sampled, title } = words.value.logs.facets
  if (facets.total === 0) return null
  const shown = facets.facets.filter(({ values }) => !values.some(({ value }) => /[\r\n]/.test(value)))
  return (
    <section class="facets" aria-label={title}>
      {shown.map((facet) => (
        <Facet key={facet.name} {...facet} />
      ))}
      <p class="muted">{sampled(formatCount(facets.total), formatCount(facets.sampled))}</p>
    </section>
  )
}

type FacetProps = LogFacets['facets'][number]

function Facet({ name, values }: FacetProps) {
  const { names } = words.value.logs.facets
  const q = param('q').value
  const most = Math.max(1, ...values.map(({ count }) => count))
  const isAsked = values.some(
    ({ value }) => hasFilter(q, name, value, false) || hasFilter(q, name, value, true),
  )
  return (
    <details open={Object.hasOwn(names, name) || isAsked}>
      <summary>
        {Object.hasOwn(names, name) ? (
          names[name as keyof typeof names]
        ) : (
          <bdi class="mono">{safeText(name)}</bdi>
        )}
        <span class="muted number">{values.length}</span>
      </summary>
      <ul>
        {values.map(({ value, count }) => (
          <Value key={value} name={name} value={value} count={count} share={count / most} />
        ))}
      </ul>
    </details>
  )
}

type ValueProps = { name: string; value: string; count: number; share: number }

function Value({ name, value, count, share }: ValueProps) {
  const q = param('q').value
  const [isIn, isOut] = [hasFilter(q, name, value, false), hasFilter(q, name, value, true)]
  const { exclude } = words.value.logs.facets
  const shown = safeText(value)
  return (
    <li class={isOut ? 'excluded' : ''}>
      <button
        type="button"
        class="facet-value"
        aria-pressed={isIn}
        title={shown}
        onClick={(event) => toggleFilter(name, value, event.altKey)}
      >
        <span class="facet-share" style={{ width: `${(share * 100).toFixed(1)}%` }} />
        <ValueName name={name} value={value} />
        <span class="number muted">{formatCount(count)}</span>
      </button>
      <button
        type="button"
        class="quiet"
        aria-pressed={isOut}
        title={exclude(shown)}
        aria-label={exclude(shown)}
        onClick={() => toggleFilter(name, value, true)}
      >
        <Icon name="without" />
      </button>
    </li>
  )
}

function ValueName({ name, value }: { name: string; value: string }) {
  if (name === 'service') return <ServiceDot name={value} />
  if (name === 'level' && Object.hasOwn(lowestSeverity, value))
    return <Severity severity={lowestSeverity[value as SeverityBand]} />
  return <bdi class="facet-name mono">{safeText(value) || '""'}</bdi>
}
