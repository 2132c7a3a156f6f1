import { formatDuration } from '@clew/otlp/text'
import { parseSearch, wordsOf } from '@clew/search'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { HeaderCell, VirtualRows } from '../../components/virtual-rows.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { chainHref } from '../../url.ts'
import { go, param } from '../../url-state.ts'
import { ChainCells } from './chain-cells.tsx'
import { type ChainList, spansDays } from './chain-list.ts'
import { hasCommonScale } from './filters.tsx'
import type { AskedChains } from './use-chain-list.ts'

const rowSize = 44

/** The chain whose row was last active: it is again when the reader comes back. */
let lastActive = ''

export function ChainRows({ asked, list }: { asked: AskedChains; list: ChainList }) {
  const [activeId, setActiveId] = useState(lastActive)
  const active = list.chains.findIndex(({ traceId }) => traceId === activeId)
  const text = words.value.chains
  const q = asked.isOld ? '' : param('q').value
  const marked = useMemo(() => wordsOf(parseSearch(q).tree ?? { kind: 'everything' }), [q])
  const scaleNs = hasCommonScale()
    ? Math.max(0, ...list.chains.map(({ durationNs }) => durationNs))
    : undefined
  const dated = spansDays(list.chains, Date.now())
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    lastActive = activeId
  }, [activeId])
  const showWaiting = () => {
    // An active row would be kept in view, far from what is new.
    setActiveId('')
    asked.follow(true)
    const rows = box.current?.querySelector<HTMLElement>('.rows')
    rows?.scrollTo({ top: 0 })
    rows?.focus()
  }
  return (
    <div class="chains-list" ref={box}>
      {list.waiting.length > 0 && (
        <button type="button" class="chains-new" onClick={showWaiting}>
          ↑ {text.fresh(formatCount(list.waiting.length))}
        </button>
      )}
      <VirtualRows
        label={text.title}
        count={list.chains.length}
        size={rowSize}
        active={active}
        onActive={(index) => setActiveId(list.chains[index]!.traceId)}
        onOpen={(index) => go(chainHref(list.chains[index]!.traceId))}
        onTop={asked.follow}
        onEnd={asked.more}
        header={<Header scaleNs={scaleNs} />}
        row={(index) => ({
          cells: <ChainCells chain={list.chains[index]!} marked={marked} scaleNs={scaleNs} dated={dated} />,
          class: 'chain-row',
        })}
      />
    </div>
  )
}

function Header({ scaleNs }: { scaleNs: number | undefined }) {
  const { columns, scaleFrom } = words.value.chains
  return (
    <>
      <HeaderCell class="chain-time">{columns.time}</HeaderCell>
      <HeaderCell class="grow">{columns.chain}</HeaderCell>
      <HeaderCell class="chain-course">
        {columns.course}
        {scaleNs !== undefined && <span class="number"> {scaleFrom(formatDuration(scaleNs))}</span>}
      </HeaderCell>
      <HeaderCell class="chain-duration end">{columns.duration}</HeaderCell>
      <HeaderCell class="chain-size end">{columns.size}</HeaderCell>
    </>
  )
}
