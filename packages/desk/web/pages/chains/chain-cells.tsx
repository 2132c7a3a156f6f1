import { formatDuration } from '@clew/otlp/text'
import type { ChainSummary } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { Duration, HighlightedText, ServiceDot, TimeText } from '../../components/telemetry.tsx'
import { Cell } from '../../components/virtual-rows.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { serviceColour } from '../../service-colour.ts'
import { chainHref } from '../../url.ts'
import { barPaths } from './bars.ts'

/** The row of one chain. The link covers all of it, so that a click opens it and every way to open a link works. */
export function ChainCells({ chain, marked }: { chain: ChainSummary; marked: readonly string[] }) {
  const { unnamed, spans, lines, course } = words.value.chains
  const { traceId, name, durationNs, errors } = chain
  return (
    <>
      <Cell class="chain-time">
        <TimeText unixNano={chain.startUnixNano} />
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
        <Course chain={chain} />
        <span class="unseen">{course(chain.spans, errors, formatDuration(durationNs))}</span>
      </Cell>
      <Cell class="chain-duration end">
        <Duration ns={durationNs} />
      </Cell>
      <Cell class="chain-size end">
        <div class="number">{spans(chain.spans, formatCount(chain.spans))}</div>
        <div class="number muted">{lines(chain.logs, formatCount(chain.logs))}</div>
      </Cell>
    </>
  )
}

function ErrorText({ chain, marked }: { chain: ChainSummary; marked: readonly string[] }) {
  const { errors } = words.value.chains
  return (
    <span class="chain-error severity-error">
      <Icon name="error" />
      <span class="unseen">{errors(chain.errors)}: </span>
      {chain.error === '' ? errors(chain.errors) : <HighlightedText text={chain.error} words={marked} />}
    </span>
  )
}

const maxServices = 6

/** Who began comes first. */
function Services({ chain: { services, root } }: { chain: ChainSummary }) {
  const first = services[root]
  const names = [...(first === undefined ? [] : [first]), ...services.filter((_, at) => at !== root)]
  return (
    <div class="chain-services">
      {names.slice(0, maxServices).map((name) => (
        <ServiceDot key={name} name={name} />
      ))}
      {names.length > maxServices && <span>+{names.length - maxServices}</span>}
    </div>
  )
}

const width = 200
const height = 30

/** A small picture of when the spans of a chain ran. What it says stands beside it as text. */
export function Course({ chain }: { chain: ChainSummary }) {
  return (
    <svg class="course" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {barPaths(chain, width, height).map(({ service, failed, d }) => (
        <path
          key={`${service}.${failed}`}
          d={d}
          style={{ fill: failed ? 'var(--error)' : serviceColour(chain.services[service] ?? '') }}
        />
      ))}
    </svg>
  )
}
