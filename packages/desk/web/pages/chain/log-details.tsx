import type { LogDetail } from '../../../api/index.ts'
import { safeText } from '../../../chain/index.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { ServiceDot } from '../../components/service-dot.tsx'
import { Severity } from '../../components/severity.tsx'
import { words } from '../../i18n/words.ts'
import { hrefOf } from '../../url.ts'
import { FactsList } from './facts-list.tsx'
import { FieldsTable, Value } from './fields-table.tsx'
import { ExactTime, Id } from './span-details.tsx'

/** All that is known of a line. */
export function LogDetails({ log }: { log: LogDetail }) {
  const { details } = words.value.chain
  const body = typeof log.body === 'string' ? log.body : JSON.stringify(log.body, undefined, 2)
  return (
    <>
      <div class="log-body">
        <Value text={body} />
        <CopyButton text={body} label={details.copyValue(details.line)} />
      </div>
      <p class="log-links">
        <a href={hrefOf('/logs', { around: log.ref })}>{details.around}</a>
        {log.pattern > 0 && (
          <a href={hrefOf('/logs', { q: `pattern:${log.pattern}` })}>{details.samePattern}</a>
        )}
      </p>
      <FactsList
        facts={[
          [details.severity, <Severity key="severity" severity={log.severity} />],
          [details.service, <ServiceDot key="service" name={log.service} />],
          [details.time, <ExactTime key="time" unixNano={log.timeUnixNano} />],
          [details.event, safeText(log.eventName)],
          [details.spanId, log.spanId && <Id id={log.spanId} />],
          [details.traceId, log.traceId && <Id id={log.traceId} />],
          [details.scope, safeText(`${log.scope.name} ${log.scope.version}`.trim())],
        ]}
      />
      <FieldsTable title={details.attributes} fields={log.attributes} />
      <FieldsTable title={details.resource} fields={log.resource} />
      {log.droppedAttributes > 0 && <p class="muted">{details.dropped(log.droppedAttributes, 0, 0)}</p>}
    </>
  )
}
