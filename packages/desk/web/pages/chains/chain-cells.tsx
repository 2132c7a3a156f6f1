import { formatDuration } from '@clew/otlp/text'
import { useContext, useMemo } from 'preact/hooks'
import type { ChainSummary } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { Duration, HighlightedText, ServiceDot } from '../../components/telemetry.tsx'
import { Cell } from '../../components/virtual-rows.tsx'
import { formatCount, formatTime, isoNano, unixMsOf } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { colourValue, looksIn, ServiceLooks } from '../../service-colour.ts'
import { chainHref } from '../../url.ts'
import { barPaths } from './bars.ts'
import { errorBesideName } from './chain-list.ts'

type ChainCellsProps = {
  chain: ChainSummary
  marked: readonly string[]
  /** What the width of the bars is; without it the duration of the chain itself. */
  scaleNs: number | undefined
  /** Whether its time has the day, today as well. */
  dated: boolean
}

/** The row of one chain. The link covers all of it, so that a click opens it and every way to open a link works. */
export function ChainCells({ chain, marked, scaleNs, dated }: ChainCellsProps) {
  const { unnamed, spans, lines, course, rough } = words.value.chains
  const { traceId, name, durationNs, errors, startUnixNano, isRough } = chain
  const lookOf = useMemo(() => looksIn(chain.services), [chain])
  return (
    <ServiceLooks.Provider value={lookOf}>
      <Cell class="chain-time">
        <time class="number" dateTime={isoNano(startUnixNano)} title={isoNano(startUnixNano)}>
          {formatTime(startUnixNano, dated ? 0 : Date.now())}
        </time>
      </Cell>
      <Cell class="grow">
        <div class="chain-first">
          <a class="chain-link" href={chainHref(traceId)} tabIndex={-1}>
            {name === '' ? unnamed : <HighlightedText text={name} words={marked} />}
          </a>
          {errors > 0 && <ErrorText chain={chain} marked={marked} />}
        </div>
        <Services chain={chain} />
      </Cell>
      <Cell class="chain-course">
        <Course chain={chain} scaleNs={scaleNs} />
        <span class="unseen">{course(chain.spans, errors, formatDuration(durationNs))}</span>
      </Cell>
      <Cell class="chain-duration end">
        {isRough ? (
          <span title={rough}>
            ≈ <Duration ns={durationNs} />
            <span class="unseen">{rough}</span>
          </span>
        ) : (
          <Duration ns={durationNs} />
        )}
      </Cell>
      <Cell class="chain-size end">
        <div class="number">{spans(chain.spans, formatCount(chain.spans))}</div>
        <div class="number muted">{lines(chain.logs, formatCount(chain.logs))}</div>
      </Cell>
    </ServiceLooks.Provider>
  )
}

function ErrorText({ chain, marked }: { chain: ChainSummary; marked: readonly string[] }) {
  const { errors } = words.value.chains
  const error = errorBesideName(chain)
  return (
    <span class="chain-error severity-error">
      <Icon name="error" />
      {error !== '' && <span class="unseen">{errors(chain.errors)}: </span>}
      {error === '' ? errors(chain.errors) : <HighlightedText text={error} words={marked} />}
    </span>
  )
}

const maxServices = 6
/** A row stands where its newest trace began. Where that is so much later than the chain, the row says it. */
const leastWaitMs = 1_000

/** Who began comes first. */
function Services({ chain }: { chain: ChainSummary }) {
  const { services, root, traces, moreTraces, startUnixNano, placeUnixNano } = chain
  const count = traces.length + moreTraces
  const first = services[root]
  const names = [...(first === undefined ? [] : [first]), ...services.filter((_, at) => at !== root)]
  return (
    <div class="chains-services">
      {names.slice(0, maxServices).map((name) => (
        <ServiceDot key={name} name={name} />
      ))}
      {names.length > maxServices && <span>+{names.length - maxServices}</span>}
      {count > 1 && <span class="number">{words.value.chain.counts.traces(count, formatCount(count))}</span>}
      {unixMsOf(placeUnixNano) - unixMsOf(startUnixNano) >= leastWaitMs && (
        <span class="number">{words.value.chains.newestTrace(formatTime(placeUnixNano, Date.now()))}</span>
      )}
    </div>
  )
}

const width = 200
const height = 30

/** A small picture of when the spans of a chain ran. What it says stands beside it as text. */
function Course({ chain, scaleNs }: { chain: ChainSummary; scaleNs: number | undefined }) {
  const { bars, durationNs } = chain
  const lookOf = useContext(ServiceLooks)
  return (
    <svg class="course" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {barPaths({ bars, durationNs: scaleNs ?? durationNs }, width, height).map(({ service, failed, d }) => (
        <path
          key={`${service}.${failed}`}
          d={d}
          style={{ fill: failed ? 'var(--error)' : colourValue(lookOf(chain.services[service] ?? '')) }}
        />
      ))}
    </svg>
  )
}
