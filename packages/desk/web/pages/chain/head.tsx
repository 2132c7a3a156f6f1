import { formatOffset, safeText } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { ChainData } from '../../../api/index.ts'
import { describeHints, describeKeeping, describeRow, kindOf } from '../../../chain/index.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Title } from '../../components/page.tsx'
import { Duration, ServiceDot, TimeText } from '../../components/telemetry.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { hrefOf } from '../../url.ts'
import { hrefHere } from '../../url-state.ts'
import { Actions } from './actions.tsx'
import type { OriginWarning } from './raised.ts'
import { rowName } from './row-name.ts'
import type { ShownChain } from './use-chain.ts'

/** More of them may not fit into their line. */
const manyServices = 6

/** What the chain is, how it went, and what failed first. */
export function Head({ shown, warning }: { shown: ShownChain; warning: OriginWarning }) {
  const { data } = shown.chain
  const text = words.value.chain
  // Only where the page is narrow: elsewhere all of it is shown.
  const [open, setOpen] = useState(false)
  return (
    <header class={open ? 'chain-head is-open' : 'chain-head'}>
      <div class="chain-name">
        <Title>{nameOf(shown)}</Title>
        <span class="mono muted trace-id">{safeText(data.traceId)}</span>
        <CopyButton text={data.traceId} label={text.copy.traceId} />
        <Actions shown={shown} />
        <button
          type="button"
          class="quiet chain-more"
          aria-expanded={open}
          aria-label={text.more}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'open' : 'closed'} />
        </button>
      </div>
      <Facts shown={shown} />
      <Errors shown={shown} />
      <Keeping shown={shown} />
      <Origin shown={shown} warning={warning} />
      <Hints shown={shown} />
    </header>
  )
}

/** The first span's name; of a chain of lines alone the first line. */
function nameOf({ chain, labels }: ShownChain): string {
  let named = 0
  while (named < chain.count && kindOf(chain, named) !== 'span') named++
  const node = named < chain.count ? named : chain.nodeOfLog[0]
  return node === undefined ? safeText(chain.data.traceId) : describeRow(chain, node, labels).label
}

function Facts({ shown: { chain } }: { shown: ShownChain }) {
  const { data, errors, startNs, endNs } = chain
  const { counts } = words.value.chain
  return (
    <div class="chain-facts">
      <TimeText unixNano={String(BigInt(data.startUnixNano) + BigInt(Math.round(startNs)))} />
      <strong>
        <Duration ns={endNs - startNs} />
      </strong>
      <span class="muted number">
        {counts.spans(data.spans.ref.length, formatCount(data.spans.ref.length))}
      </span>
      <span class="muted number">
        {counts.lines(data.logs.ref.length, formatCount(data.logs.ref.length))}
      </span>
      {errors.all.length > 0 && (
        <span class="severity-error number">
          {counts.errors(errors.all.length, formatCount(errors.all.length))}
        </span>
      )}
      {data.traces.length > 1 && (
        <span class="muted number">{counts.traces(data.traces.length, formatCount(data.traces.length))}</span>
      )}
      <Services data={data} />
    </div>
  )
}

/** In one line; where that may hide some, how many there are opens all of them. */
function Services({ data }: { data: ChainData }) {
  const [open, setOpen] = useState(false)
  const services = useMemo(() => [...new Set(data.resources.map(({ service }) => service))], [data])
  const isMany = services.length > manyServices
  return (
    <div class={isMany && !open ? 'chain-services one-line' : 'chain-services'}>
      {isMany && (
        <button type="button" class="quiet number" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'open' : 'closed'} />
          {words.value.chain.counts.services(services.length)}
        </button>
      )}
      <ul>
        {services.map((name) => (
          <li key={name} title={safeText(name)}>
            <ServiceDot name={name} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Errors({ shown }: { shown: ShownChain }) {
  const { rootCause, first } = shown.chain.errors
  const { firstLine, firstException, rootCause: cause } = words.value.chain
  if (rootCause < 0 && first < 0) return null
  return (
    <ul class="chain-errors">
      {first >= 0 && (
        <ErrorLine
          shown={shown}
          node={first}
          name={kindOf(shown.chain, first) === 'log' ? firstLine : firstException}
        />
      )}
      {rootCause >= 0 && <ErrorLine shown={shown} node={rootCause} name={cause} />}
    </ul>
  )
}

function ErrorLine({ shown, node, name }: { shown: ShownChain; node: number; name: string }) {
  const { chain, labels } = shown
  const { label, detail, message, service } = describeRow(chain, node, labels)
  const text = [label, detail, message].filter(Boolean).join('  ')
  const at = formatOffset(chain.start[node]! - chain.startNs, chain.endNs - chain.startNs)
  return (
    <li>
      <RowLink shown={shown} node={node}>
        <Icon name="error" />
        <span class="error-name">{name}</span>
        <bdi class="telemetry error-text" title={text}>
          {text}
        </bdi>
      </RowLink>
      <span class="muted number error-place">
        {service} {at}
      </span>
    </li>
  )
}

/** Why it is here while others are not, and the way to the row that says so. */
function Keeping({ shown }: { shown: ShownChain }) {
  const keeping = describeKeeping(shown.chain, shown.labels)
  if (keeping === undefined) return null
  const { text, node } = keeping
  return (
    <p class="chain-kept">
      <Icon name="ball" />
      {node < 0 ? (
        <bdi>{text}</bdi>
      ) : (
        <RowLink shown={shown} node={node}>
          {<bdi>{text}</bdi>}
        </RowLink>
      )}
    </p>
  )
}

/** The early warning that led here, and how many rows raised it. */
function Origin({ shown: { raised }, warning }: { shown: ShownChain; warning: OriginWarning }) {
  const { raised: text } = words.value.chain
  if (warning === undefined) return null
  return (
    <p class="chain-origin">
      <Icon name="warn" />
      {warning === 'gone' ? text.gone : text.count(raised.size)}
      {warning !== 'gone' && <a href={hrefOf('/alerts', { warning: warning.id })}>{text.toWarning}</a>}
    </p>
  )
}

function RowLink({
  shown,
  node,
  children,
}: {
  shown: ShownChain
  node: number
  children: ComponentChildren
}) {
  return (
    <a
      href={hrefOfRow(shown, node)}
      onClick={(event) => {
        event.preventDefault()
        shown.goTo(node)
      }}
    >
      {children}
    </a>
  )
}

function hrefOfRow({ chain }: ShownChain, node: number): string {
  const name = rowName(chain, node)
  const isLog = name.startsWith('log-')
  return hrefHere(isLog ? { span: undefined, log: name.slice(4) } : { span: name, log: undefined })
}

function Hints({ shown }: { shown: ShownChain }) {
  const { chain, labels } = shown
  const hints = describeHints(chain, labels)
  const lost = chain.lost.filter(({ hasSpans }) => hasSpans).length
  const { keepClocks, correctClocks, lostParents } = words.value.chain
  if (lost > 0) hints.push(lostParents(lost))
  if (hints.length === 0) return null
  return (
    <div class="chain-hints">
      <Icon name="info" />
      <ul>
        {hints.map((hint) => (
          <li key={hint}>{hint}</li>
        ))}
      </ul>
      {chain.skews.length > 0 && (
        <button type="button" onClick={() => shown.turn('clocks', !chain.clocksCorrected)}>
          {chain.clocksCorrected ? keepClocks : correctClocks}
        </button>
      )}
    </div>
  )
}
