import type { ComponentChildren } from 'preact'
import type { Fields, LogDetail } from '../../../api/index.ts'
import { safeText } from '../../../chain/index.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { ServiceDot } from '../../components/service-dot.tsx'
import { Severity } from '../../components/severity.tsx'
import { TextBlock } from '../../components/text-block.tsx'
import { TimeText } from '../../components/time-text.tsx'
import { isoNano } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { chainHref, hrefOf } from '../../url.ts'
import { FieldsTable, fieldText } from './fields-table.tsx'
import { aroundHref } from './use-line-choice.ts'

const exceptionKeys = ['exception.type', 'exception.message', 'exception.stacktrace']

/** All that is known of a line. */
export function LineDetails({ log }: { log: LogDetail }) {
  const { attributes, resource, dropped } = words.value.logs.line
  const others = Object.entries(log.attributes).filter(([key]) => !exceptionKeys.includes(key))
  return (
    <div class="line-details">
      <Body log={log} />
      <LineLinks log={log} />
      <Exception attributes={log.attributes} />
      <Facts log={log} />
      <FieldsTable title={attributes} fields={Object.fromEntries(others)} />
      <FieldsTable title={resource} fields={log.resource} />
      {log.droppedAttributes > 0 && <p class="muted">{dropped(log.droppedAttributes)}</p>}
    </div>
  )
}

function Body({ log }: { log: LogDetail }) {
  const text = fieldText(log.body)
  return (
    <div class="line-body">
      <TextBlock text={text} />
      <CopyButton text={text} label={words.value.logs.line.copyText} />
    </div>
  )
}

function LineLinks({ log }: { log: LogDetail }) {
  const { openChain, around, samePattern } = words.value.logs
  return (
    <p class="line-links">
      {log.traceId && (
        <a href={chainHref(log.traceId, { log: log.ref })}>
          <Icon name="ball" /> {openChain}
        </a>
      )}
      <a href={aroundHref(log.ref)}>{around.title}</a>
      {log.pattern > 0 && <a href={hrefOf('/logs', { q: `pattern:${log.pattern}` })}>{samePattern}</a>}
      {log.pattern > 0 && (
        <a href={hrefOf('/patterns', { pattern: log.pattern })}>{words.value.logs.pattern}</a>
      )}
    </p>
  )
}

function Exception({ attributes }: { attributes: Fields }) {
  const [type, message, stack] = exceptionKeys.map((key) => attributes[key])
  const head = [type, message].filter((part) => part !== undefined).join(': ')
  if (head === '' && stack === undefined) return null
  const text = stack === undefined ? head : fieldText(stack)
  return (
    <section class="line-section">
      <h3>
        {words.value.logs.line.exception}
        <CopyButton text={text} label={words.value.logs.line.copyException} />
      </h3>
      {/* Most stacks begin with it. */}
      {!text.startsWith(head) && <p class="exception-head">{safeText(head)}</p>}
      <TextBlock text={text} />
    </section>
  )
}

function Facts({ log }: { log: LogDetail }) {
  const { line } = words.value.logs
  const given = safeText(log.severityText)
  const facts: [string, ComponentChildren][] = [
    [line.time, <TimeFact key="time" unixNano={log.timeUnixNano} />],
    [
      line.severity,
      <span key="severity">
        <Severity severity={log.severity} /> {given && <span class="muted mono">{given}</span>}
      </span>,
    ],
    [line.service, <ServiceDot key="service" name={log.service} />],
    [line.event, log.eventName && <bdi class="mono">{safeText(log.eventName)}</bdi>],
    [line.traceId, log.traceId && <Id key="trace" id={log.traceId} label={line.traceId} />],
    [line.spanId, log.spanId && <Id key="span" id={log.spanId} label={line.spanId} />],
    [line.scope, safeText(`${log.scope.name} ${log.scope.version}`.trim())],
    [
      line.observed,
      log.observedUnixNano !== '0' && log.observedUnixNano !== log.timeUnixNano && (
        <TimeFact key="observed" unixNano={log.observedUnixNano} />
      ),
    ],
  ]
  return (
    <dl class="line-facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

function TimeFact({ unixNano }: { unixNano: string }) {
  return (
    <>
      <TimeText unixNano={unixNano} /> <span class="muted mono">{isoNano(unixNano)}</span>
    </>
  )
}

function Id({ id, label }: { id: string; label: string }) {
  return (
    <span class="line-id">
      <span class="mono">{id}</span>
      <CopyButton text={id} label={words.value.logs.line.copyValue(label)} />
    </span>
  )
}
