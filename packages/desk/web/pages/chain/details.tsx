import { formatDuration } from '@clew/otlp/text'
import { useEffect, useState } from 'preact/hooks'
import { type Chain, describeRow, kindOf } from '../../../chain/index.ts'
import { type Failure, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { SidePane } from '../../components/side-pane.tsx'
import { words } from '../../i18n/words.ts'
import { LineDetails } from '../../record/line-details.tsx'
import { useRecords } from '../../records.ts'
import { SpanDetails } from './span-details.tsx'
import type { ShownChain } from './use-chain.ts'

/** Moving through rows does not ask for each one. */
const restMs = 120

/** All that is known of the active row. */
export function Details({ shown, onClose }: { shown: ShownChain; onClose(): void }) {
  const { chain, active, labels } = shown
  const text = describeRow(chain, active, labels)
  const { details } = words.value.chain
  const node = useRested(active)
  return (
    <SidePane
      title={
        <bdi class="pane-name" title={text.label}>
          {text.label}
        </bdi>
      }
      label={details.label}
      onClose={onClose}
    >
      <Content shown={shown} node={node < chain.count ? node : active} />
    </SidePane>
  )
}

function Content({ shown, node }: { shown: ShownChain; node: number }) {
  const { chain } = shown
  const { data, source, duration, groups, lost, notes } = chain
  const { details } = words.value.chain
  const index = source[node]!
  switch (kindOf(chain, node)) {
    case 'log':
      return <Log reference={data.logs.ref[index]!} />
    case 'span':
      return <Span reference={data.spans.ref[index]!} chain={chain} />
    case 'event':
      return <Span reference={data.spans.ref[data.events.span[index]!]!} chain={chain} />
    case 'wait':
      return (
        <>
          <p>{details.wait(formatDuration(duration[node]!))}</p>
          <Span reference={data.spans.ref[index]!} chain={chain} />
        </>
      )
    case 'group':
      return (
        <>
          <p>{details.group(groups[index]!.count)}</p>
          <Span reference={data.spans.ref[groups[index]!.first]!} chain={chain} />
        </>
      )
    case 'lost':
      return (
        <>
          <p>{details.lost}</p>
          <p class="mono">{lost[index]!.spanId}</p>
        </>
      )
    case 'note':
      return <Span reference={data.spans.ref[notes[index]!.span]!} chain={chain} />
  }
}

function Span({ reference, chain }: { reference: string; chain: Chain }) {
  const records = useRecords()
  const asked = useAnswer((abort) => records.span(reference, abort), [reference])
  return (
    <AnswerView asked={asked} shape="text" failed={leftOut}>
      {(span) => <SpanDetails span={span} chain={chain} />}
    </AnswerView>
  )
}

function Log({ reference }: { reference: string }) {
  const records = useRecords()
  const asked = useAnswer((abort) => records.log(reference, abort), [reference])
  return (
    <AnswerView asked={asked} shape="text" failed={leftOut}>
      {(log) => <LineDetails log={log} />}
    </AnswerView>
  )
}

/** The file that a chain was shared as has no room for all. */
function leftOut({ code }: Failure) {
  return code === 'left-out' ? <p class="muted">{words.value.share.noDetails}</p> : undefined
}

/** A value that has not changed for a moment. */
function useRested(value: number): number {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs)
    return () => clearTimeout(timer)
  }, [value])
  return rested
}
