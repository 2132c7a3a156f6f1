import { useEffect, useMemo } from 'preact/hooks'
import type { ServiceMap } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { EmptyState, Title } from '../../components/page.tsx'
import { TimeRange } from '../../components/time-range.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { live } from '../../live.ts'
import { looksIn, ServiceLooks } from '../../service-colour.ts'
import { param, timeBounds } from '../../url-state.ts'
import { ServiceMapView } from './map.tsx'
import { EdgeTable, ServiceTable } from './tables.tsx'
import './services.css'

/** Who calls whom, as a map and as tables that say the same. It follows what arrives, and what is there stays until the next answer. */
export function ServicesPage() {
  const to = param('to').value
  const asked = useAnswer((abort) => api.services(timeBounds(Date.now()), abort), [param('from').value, to])
  useArrivals(to === '', asked.reload)
  return (
    <div class="page services">
      <div class="services-head">
        <Title>{words.value.services.title}</Title>
        <TimeRange />
      </div>
      <AnswerView asked={asked} shape="text">
        {(map) => <Content map={map} />}
      </AnswerView>
    </div>
  )
}

/** So often at most the desk is asked again: it reads up to as many spans as it samples. */
const leastMs = 5_000
const soonMs = 400

/** Calls `reload` when something has come that is part of a chain, at once after a while without, and only while the page is looked at. */
function useArrivals(follows: boolean, reload: () => void): void {
  useEffect(() => {
    if (!follows) return
    let asked = Number.NEGATIVE_INFINITY
    let soon: ReturnType<typeof setTimeout> | undefined
    const ask = () => {
      if (document.visibilityState !== 'visible') return
      soon = undefined
      asked = performance.now()
      reload()
    }
    const hear = () => {
      soon ??= setTimeout(ask, Math.max(soonMs, leastMs - (performance.now() - asked)))
    }
    const stream = live('chains', '', hear)
    const looked = () => {
      if (soon !== undefined) ask()
    }
    document.addEventListener('visibilitychange', looked)
    return () => {
      document.removeEventListener('visibilitychange', looked)
      clearTimeout(soon)
      stream.close()
    }
  }, [follows, reload])
}

function Content({ map }: { map: ServiceMap }) {
  const lookOf = useMemo(() => looksIn(map.services.map(({ name }) => name)), [map])
  const { none, connect, sampled, weighed } = words.value.services
  if (map.services.length === 0) {
    return (
      <EmptyState title={none}>
        <a class="button" href="/start">
          {connect}
        </a>
      </EmptyState>
    )
  }
  return (
    <ServiceLooks.Provider value={lookOf}>
      <div class="services-parts">
        <ServiceMapView map={map} />
        <div class="services-tables">
          <ServiceTable services={map.services} />
          {map.edges.length > 0 && <EdgeTable edges={map.edges} />}
          <p class="muted">{sampled(formatCount(map.sampled))}</p>
          {map.services.some((service) => service.weighed) && (
            <p class="muted">{weighed(formatCount(map.weighed))}</p>
          )}
        </div>
      </div>
    </ServiceLooks.Provider>
  )
}
