import { formatDuration, safeText } from '@clew/otlp/text'
import type { SpanDetail } from '../../../api/index.ts'
import type { Chain } from '../../../chain/index.ts'
import { DeskLink } from '../../components/desk-link.tsx'
import { Icon } from '../../components/icon.tsx'
import { ServiceDot } from '../../components/telemetry.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { FieldsTable } from '../../record/fields-table.tsx'
import { ExactTime, FactsList, Id, Value } from '../../record/value.tsx'
import { chainHref } from '../../url.ts'

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const

/** All that is known of a span. */
export function SpanDetails({ span, chain }: { span: SpanDetail; chain: Chain }) {
  const {
    record,
    chain: { details },
  } = words.value
  const service = span.resource['service.name']
  return (
    <>
      {span.status === 2 && (
        <p class="severity-error status-message">
          <Icon name="error" />
          <Value text={span.statusMessage || words.value.chain.failed} />
        </p>
      )}
      <FactsList
        facts={[
          [record.service, typeof service === 'string' ? <ServiceDot name={service} /> : ''],
          [details.kind, details.kinds[kinds[span.kind] ?? 'unspecified']],
          [details.start, <ExactTime key="start" unixNano={span.startUnixNano} />],
          [details.duration, durationOf(span)],
          [record.spanId, <Id key="span" id={span.spanId} />],
          [details.parentId, span.parentId && <Id id={span.parentId} />],
          [record.traceId, <TraceId key="trace" id={span.traceId} opened={chain.data.traceId} />],
          [details.traceState, safeText(span.traceState)],
          [record.scope, safeText(`${span.scope.name} ${span.scope.version}`.trim())],
        ]}
      />
      <FieldsTable title={record.attributes} fields={span.attributes} />
      <Events span={span} />
      <Links span={span} chain={chain} />
      <FieldsTable title={record.resource} fields={span.resource} />
      <Dropped span={span} />
    </>
  )
}

function Events({ span }: { span: SpanDetail }) {
  const { events } = span
  const {
    record,
    chain: { details },
  } = words.value
  if (events.length === 0) return null
  return (
    <section class="fields">
      <h3>{details.events}</h3>
      {events.map(({ timeUnixNano, name, attributes }, at) => (
        <div key={at} class="span-event">
          <p>
            <bdi class="mono">{safeText(name)}</bdi>{' '}
            <span class="muted number">
              +{formatDuration(Number(BigInt(timeUnixNano) - BigInt(span.startUnixNano)))}
            </span>
          </p>
          <FieldsTable title={record.attributes} fields={attributes} />
        </div>
      ))}
    </section>
  )
}

/** A link points to its cause; those that point here are known only within the chain. */
function Links({ span, chain }: { span: SpanDetail; chain: Chain }) {
  const { details } = words.value.chain
  const effects = effectsOf(span, chain)
  if (span.links.length + effects.length === 0) return null
  return (
    <section class="fields">
      <h3>{details.links}</h3>
      <ul class="span-links">
        {[...span.links.map((link) => ({ ...link, name: details.cause })), ...effects].map((link) => (
          <li key={`${link.name}${link.traceId}${link.spanId}`}>
            {link.name}{' '}
            <DeskLink class="mono" href={chainHref(link.traceId, { span: link.spanId })}>
              {safeText(link.traceId)}
            </DeskLink>
          </li>
        ))}
      </ul>
    </section>
  )
}

function effectsOf(span: SpanDetail, { data }: Chain): { traceId: string; spanId: string; name: string }[] {
  const { spans, traces, links } = data
  const own = spans.ref.indexOf(span.ref)
  return links
    .filter(({ to }) => to >= 0 && to === own)
    .map(({ from }) => ({
      traceId: traces[spans.trace[from]!]?.traceId ?? '',
      spanId: spans.spanId[from]!,
      name: words.value.chain.details.effect,
    }))
}

function Dropped({ span: { dropped } }: { span: SpanDetail }) {
  const { attributes, events, links } = dropped
  if (attributes + events + links === 0) return null
  return <p class="muted">{words.value.chain.details.dropped(attributes, events, links)}</p>
}

function durationOf({ startUnixNano, endUnixNano }: SpanDetail): string {
  if (!/^[1-9]\d*$/.test(endUnixNano)) return words.value.chain.labels.running
  const ns = BigInt(endUnixNano) - BigInt(startUnixNano)
  return `${formatDuration(Number(ns))} · ${formatCount(Number(ns))} ns`
}

/** A link, unless it is the trace that is open. */
function TraceId({ id, opened }: { id: string; opened: string }) {
  return id === opened ? (
    <Id id={id} />
  ) : (
    <DeskLink class="mono" href={chainHref(id)}>
      {safeText(id)}
    </DeskLink>
  )
}
