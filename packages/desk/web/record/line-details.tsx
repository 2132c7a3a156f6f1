import { safeText } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import type { Fields, LogDetail } from '../../api/index.ts'
import { CopyButton } from '../components/copy-button.tsx'
import { ServiceDot, Severity, TextBlock } from '../components/telemetry.tsx'
import { words } from '../i18n/words.ts'
import { useRecords } from '../records.ts'
import { aroundHref, hrefOf } from '../url.ts'
import { FieldsTable, type Filters } from './fields-table.tsx'
import { ExactTime, FactsList, Id, Value, valueText } from './value.tsx'

const exceptionKeys = ['exception.type', 'exception.message', 'exception.stacktrace']

type LineDetailsProps = {
  log: LogDetail
  /** More places to go to from the line. */
  links?: ComponentChildren
  filters?: Filters
}

/** All that is known of a line. */
export function LineDetails({ log, links, filters }: LineDetailsProps) {
  const { attributes, resource, dropped } = words.value.record
  const others = Object.entries(log.attributes).filter(([key]) => !exceptionKeys.includes(key))
  return (
    <>
      <Body log={log} />
      <Links log={log}>{links}</Links>
      <Exception attributes={log.attributes} />
      <Facts log={log} />
      <FieldsTable title={attributes} fields={Object.fromEntries(others)} filters={filters} />
      <FieldsTable title={resource} fields={log.resource} filters={filters} />
      {log.droppedAttributes > 0 && <p class="muted">{dropped(log.droppedAttributes)}</p>}
    </>
  )
}

function Body({ log }: { log: LogDetail }) {
  const text = valueText(log.body)
  return (
    <div class="log-body">
      <Value text={text} />
      <CopyButton text={text} label={words.value.record.copyText} />
    </div>
  )
}

function Links({ log, children }: { log: LogDetail; children: ComponentChildren }) {
  const { around, samePattern, pattern } = words.value.logs
  if (!useRecords().isDesk) return null
  return (
    <p class="log-links">
      {children}
      <a href={aroundHref(log.ref)}>{around.title}</a>
      {log.pattern > 0 && (
        <>
          <a href={hrefOf('/logs', { q: `pattern:${log.pattern}` })}>{samePattern}</a>
          <a href={hrefOf('/patterns', { pattern: log.pattern })}>{pattern}</a>
        </>
      )}
    </p>
  )
}

function Exception({ attributes }: { attributes: Fields }) {
  const { exception, copyException } = words.value.record
  const [type, message, stack] = exceptionKeys.map((key) => attributes[key])
  const head = [type, message].filter((part) => part !== undefined).join(': ')
  if (head === '' && stack === undefined) return null
  const text = stack === undefined ? head : valueText(stack)
  return (
    <section class="fields">
      <h3>
        {exception}
        <CopyButton text={text} label={copyException} />
      </h3>
      {/* Most stacks begin with it. */}
      {!text.startsWith(head) && <p class="exception-head">{safeText(head)}</p>}
      <TextBlock text={text} />
    </section>
  )
}

function Facts({ log }: { log: LogDetail }) {
  const { record } = words.value
  const wasObserved = log.observedUnixNano !== '0' && log.observedUnixNano !== log.timeUnixNano
  return (
    <FactsList
      facts={[
        [record.time, <ExactTime key="time" unixNano={log.timeUnixNano} />],
        [
          record.severity,
          <span key="severity">
            <Severity severity={log.severity} /> <span class="muted mono">{safeText(log.severityText)}</span>
          </span>,
        ],
        [record.service, <ServiceDot key="service" name={log.service} />],
        [record.event, log.eventName && <bdi class="mono">{safeText(log.eventName)}</bdi>],
        [record.traceId, log.traceId && <Id id={log.traceId} />],
        [record.spanId, log.spanId && <Id id={log.spanId} />],
        [record.scope, safeText(`${log.scope.name} ${log.scope.version}`.trim())],
        [record.observed, wasObserved && <ExactTime unixNano={log.observedUnixNano} />],
      ]}
    />
  )
}
