import { useMemo } from 'preact/hooks'
import type { ServiceMap } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { EmptyState, Title } from '../../components/page.tsx'
import { TimeRange } from '../../components/time-range.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { looksIn, ServiceLooks } from '../../service-colour.ts'
import { param, timeBounds } from '../../url-state.ts'
import { ServiceMapView } from './map.tsx'
import { EdgeTable, ServiceTable } from './tables.tsx'
import './services.css'

/** Who calls whom, as a map and as tables that say the same. */
export function ServicesPage() {
  const { title, refresh } = words.value.services
  const asked = useAnswer(
    (abort) => api.services(timeBounds(Date.now()), abort),
    [param('from').value, param('to').value],
  )
  return (
    <div class="page services">
      <div class="services-head">
        <Title>{title}</Title>
        <button type="button" onClick={asked.reload}>
          {refresh}
        </button>
        <TimeRange />
      </div>
      <AnswerView asked={asked} shape="text">
        {(map) => <Content map={map} />}
      </AnswerView>
    </div>
  )
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
      <ServiceMapView map={map} />
      <ServiceTable services={map.services} />
      {map.edges.length > 0 && <EdgeTable edges={map.edges} />}
      <p class="muted">{sampled(formatCount(map.sampled))}</p>
      {map.services.some((service) => service.weighed) && (
        <p class="muted">{weighed(formatCount(map.weighed))}</p>
      )}
    </ServiceLooks.Provider>
  )
}
