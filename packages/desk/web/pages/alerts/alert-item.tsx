import { describeObservation } from '@clew/alert/words'
import { formatDuration, safeText } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import type { AlertRow } from '../../../api/index.ts'
import { HighlightedText, ServiceDot, Severity, TimeText } from '../../components/telemetry.tsx'
import { formatCount, formatStep } from '../../format.ts'
import { language, words } from '../../i18n/words.ts'
import { chainHref, type Params } from '../../url.ts'
import { AlertSeverityText, GroupText, Moment, whyHref } from './alert-parts.tsx'

type AlertItemProps = { alert: AlertRow; open?: boolean; children?: ComponentChildren }

/** An alert: in a line what and since when, below it the lines and what to do. */
export function AlertItem({ alert, open = false, children }: AlertItemProps) {
  const text = words.value.alerts
  const { rule, severity, state, group, observation, silencedUntilUnixMs, description } = alert
  const observed = describeObservation(observation, language.value === 'en' ? 'en' : 'zh')
  return (
    <details class={`alert alert-${state}`} open={open}>
      <summary>
        <AlertSeverityText severity={severity} />
        <span class="alert-state">{text.states[state]}</span>
        <bdi class="alert-rule">{safeText(rule)}</bdi>
        <GroupText group={group} />
        <span class="alert-observed">{safeText(observed)}</span>
        <Course alert={alert} />
      </summary>
      <div class="alert-body">
        {silencedUntilUnixMs !== null && <p>{text.silence.silenced(formatStep(silencedUntilUnixMs))}</p>}
        {description !== '' && <p>{safeText(description)}</p>}
        <AlertLines lines={alert.lines} label={text.lines} />
        <div class="alert-tools">
          {children}
          <a href={whyHref(rule)}>{text.why}</a>
          <Runbook address={alert.runbook} />
        </div>
      </div>
    </details>
  )
}

/** Since when; of what is over how long it was. */
function Course({ alert: { state, sinceUnixMs, atUnixMs, times } }: { alert: AlertRow }) {
  const text = words.value.alerts
  const isTold = state === 'told'
  return (
    <span class="alert-course muted">
      {isTold ? text.at : text.since} <Moment unixMs={isTold ? atUnixMs : sinceUnixMs} />
      {state === 'resolved' && ` · ${text.lasted(formatDuration((atUnixMs - sinceUnixMs) * 1e6))}`}
      {times > 1 && ` · ${text.times(formatCount(times))}`}
    </span>
  )
}

type AlertLinesProps = {
  lines: AlertRow['lines']
  label: string
  /** Of the chain's address, besides. */
  params?: Params
}

/** Lines of the log; each leads to its chain. */
export function AlertLines({ lines, label, params = {} }: AlertLinesProps) {
  const { noTrace, openChain } = words.value.alerts
  if (lines.length === 0) return null
  return (
    <ul class="alert-lines" aria-label={label}>
      {lines.map(({ unixMs, severityNumber, service, text, traceId }, at) => (
        <li key={at}>
          <TimeText unixNano={`${Math.round(unixMs)}000000`} />
          <Severity severity={severityNumber} />
          {service !== '' && <ServiceDot name={service} />}
          <HighlightedText text={text.slice(0, 1_000)} />
          {traceId === '' ? (
            <span class="muted">{noTrace}</span>
          ) : (
            <a class="mono" href={chainHref(traceId, params)} title={openChain(traceId)}>
              {traceId}
            </a>
          )}
        </li>
      ))}
    </ul>
  )
}

/** People write it into the rule; what is no web address is text. */
function Runbook({ address }: { address: string }) {
  const { runbook } = words.value.alerts
  if (address === '') return null
  if (!/^https?:\/\//i.test(address)) return <bdi>{safeText(address)}</bdi>
  return (
    <a href={address} target="_blank" rel="noreferrer">
      {runbook}
    </a>
  )
}
