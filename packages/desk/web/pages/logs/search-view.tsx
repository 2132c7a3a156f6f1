import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { parseSearch, wordsOf } from '../../../search/index.ts'
import { Problem } from '../../components/problem.tsx'
import { Title } from '../../components/title.tsx'
import { VirtualRows } from '../../components/virtual-rows.tsx'
import { words } from '../../i18n/words.ts'
import { useKeys } from '../../keys.ts'
import { param, setParams } from '../../url-state.ts'
import { FacetPanel, useFacetsShown } from './facet-panel.tsx'
import { HistogramPanel } from './histogram-panel.tsx'
import { LinePane } from './line-pane.tsx'
import { isOfOtherDay, LogHeader, logRow } from './log-rows.tsx'
import { LogsBar } from './logs-bar.tsx'
import { NoLines } from './no-lines.tsx'
import { mergeRows } from './tail.ts'
import { useLineChoice } from './use-line-choice.ts'
import { type LogPages, useLogPages } from './use-log-pages.ts'
import { useTail } from './use-tail.ts'

/** Lines that a search finds, newest first, with what they have in common and when they came. */
export function SearchView() {
  const [q, from, to] = [param('q').value, param('from').value, param('to').value]
  const isLive = param('live').value === '1'
  const [facetsShown, toggleFacets] = useFacetsShown()
  const [atTop, setAtTop] = useState(true)
  const list = useRef<HTMLDivElement>(null)
  const pages = useLogPages(q, from, to)
  const [paused, setPaused] = useState(false)
  const tail = useTail(isLive, q, paused, pages.reload)
  const rows = useMemo(
    () => (isLive ? mergeRows(pages.rows, tail.shown) : pages.rows),
    [isLive, pages.rows, tail.shown],
  )
  const choice = useLineChoice(rows)
  useEffect(() => setPaused(isLive && (!atTop || choice.chosen)), [isLive, atTop, choice.chosen])
  const toggleLive = () => setParams({ live: isLive ? undefined : 1, to: undefined }, 'replace')
  const jumpBack = () => {
    choice.release()
    list.current!.querySelector('.rows')!.scrollTop = 0
    tail.catchUp()
  }
  const { keys, label } = words.value.logs
  useKeys([
    { key: 't', description: keys.live, run: toggleLive },
    { key: 'f', description: keys.facets, run: toggleFacets },
    { key: 'b', description: keys.newest, run: jumpBack },
  ])
  const marked = useMemo(() => markedWords(q), [q])
  return (
    <div class="with-pane">
      <div class="logs">
        <Title hidden>{words.value.logs.title}</Title>
        <LogsBar
          rows={rows}
          tail={isLive ? tail : undefined}
          paused={paused}
          onLive={toggleLive}
          facetsShown={facetsShown}
          onFacets={toggleFacets}
        />
        <HistogramPanel isLive={isLive} />
        <div class="logs-body">
          {facetsShown && <FacetPanel />}
          <div class="logs-list" ref={list}>
            {tail.waitingCount > 0 && isLive && (
              <button type="button" class="button new-lines" onClick={jumpBack}>
                ↑ {words.value.logs.newLines(tail.waitingCount)}
              </button>
            )}
            {rows.length > 0 ? (
              <div class={isOfOtherDay(rows.at(-1), Date.now()) ? 'list with-days' : 'list'}>
                <VirtualRows
                  label={label}
                  count={rows.length}
                  active={choice.active}
                  onActive={choice.onActive}
                  onOpen={choice.onOpen}
                  onTop={setAtTop}
                  onEnd={() => !isLive && pages.moreFailure === undefined && pages.loadMore()}
                  header={<LogHeader />}
                  row={(index) => logRow(rows[index]!, marked)}
                />
              </div>
            ) : (
              <Nothing pages={pages} />
            )}
            {pages.moreFailure && <Problem failure={pages.moreFailure} onRetry={pages.loadMore} />}
          </div>
        </div>
      </div>
      {choice.opened && <LinePane line={choice.opened} onClose={choice.close} />}
    </div>
  )
}

function Nothing({ pages }: { pages: LogPages }) {
  if (pages.failure) return <Problem failure={pages.failure} onRetry={pages.reload} />
  return pages.loading ? null : <NoLines />
}

function markedWords(q: string): string[] {
  const { tree } = parseSearch(q)
  return tree === undefined ? [] : wordsOf(tree)
}
