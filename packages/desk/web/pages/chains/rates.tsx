import { formatDuration } from '@clew/otlp/text'
import { useEffect, useRef } from 'preact/hooks'
import type { ChainRates } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { formatCompact, formatCount, formatSpan, formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { timeBounds } from '../../url-state.ts'
import type { ChainList } from './chain-list.ts'
import { ratePaths } from './rate-paths.ts'
import type { Question } from './use-chain-list.ts'

const steps = 60
const height = 36
const least = 1.5
/** Between two times that it is asked for while chains come. */
const pauseMs = 3_000

/** How many chains the list has over time, how many failed and how long they took; `list`: when it changes they are counted anew. */
export function Rates({ question, list }: { question: Question; list: ChainList | undefined }) {
  const { q, from, to } = question
  const { answer, reload } = useAnswer(
    (abort) => api.chainRates({ q, ...timeBounds(Date.now()), steps }, abort),
    [q, from, to],
  )
  useFollow(list, reload)
  const rates = answer?.value
  return <div class="rates-place">{rates && rates.total > 0 && <Strip rates={rates} />}</div>
}

/** Asks again after the list has changed, now and then. */
function useFollow(list: ChainList | undefined, reload: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const first = useRef(true)
  useEffect(() => {
    if (list === undefined) return
    // The first page was asked for together with the counts.
    if (first.current) {
      first.current = false
      return
    }
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      reload()
    }, pauseMs)
  }, [list])
  useEffect(() => () => clearTimeout(timer.current), [])
}

function Strip({ rates }: { rates: ChainRates }) {
  const { chains, failed, p50, p95 } = ratePaths(rates, height, least)
  return (
    <figure class="rates">
      <Caption rates={rates} />
      <svg viewBox={`0 0 ${rates.chains.length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="rates-chains" d={chains} />
        <path class="rates-failed" d={failed} />
        <path class="rates-p50" d={p50} />
        <path class="rates-p95" d={p95} />
      </svg>
      <RatesTable rates={rates} />
    </figure>
  )
}

function Caption({ rates }: { rates: ChainRates }) {
  const { fromUnixMs, stepMs, chains, total, failedTotal, allP50Ns, allP95Ns, counted } = rates
  const text = words.value.chains.rates
  const duration = (ns: number | null): string => (ns === null ? '' : formatDuration(ns))
  return (
    <figcaption>
      <span class="rates-sums number">
        <b class="rates-total">
          <span class="rates-key rates-chains" />
          {counted === 'all' ? '' : '≈ '}
          {text.total(total, formatCount(total))}
        </b>
        <span class={failedTotal > 0 ? 'severity-error' : 'muted'}>
          <span class="rates-key rates-failed" />
          {text.failed(formatCount(failedTotal))}
        </span>
        <span class="muted">
          <span class="rates-key rates-p50" />
          p50 {duration(allP50Ns)}
        </span>
        <span class="muted">
          <span class="rates-key rates-p95" />
          p95 {duration(allP95Ns)}
        </span>
        {counted !== 'all' && <span class="muted">{text.counted[counted]}</span>}
      </span>
      <span class="muted number">
        {formatSpan({ fromUnixMs, toUnixMs: fromUnixMs + chains.length * stepMs })},{' '}
        {text.perStep(formatCompact(Math.max(0, ...chains)), formatDuration(stepMs * 1e6))}
      </span>
    </figcaption>
  )
}

/** The strip as a table that is heard, not seen. Steps without chains are left out. */
function RatesTable({ rates: { fromUnixMs, stepMs, chains, failed, p50Ns, p95Ns } }: { rates: ChainRates }) {
  const { label, columns } = words.value.chains.rates
  const duration = (ns: number | null | undefined): string => (ns == null ? '' : formatDuration(ns))
  return (
    <div class="unseen">
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            {[columns.begin, columns.chains, columns.failed, 'p50', 'p95'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chains.map((count, at) =>
            count === 0 ? null : (
              <tr key={at}>
                <th scope="row">{formatStep(fromUnixMs + at * stepMs)}</th>
                <td>{formatCount(count)}</td>
                <td>{formatCount(failed[at] ?? 0)}</td>
                <td>{duration(p50Ns[at])}</td>
                <td>{duration(p95Ns[at])}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  )
}
