import { parseSearch, wordsOf } from '@clew/search'
import { useMemo } from 'preact/hooks'
import { AnswerView } from '../../components/answer-view.tsx'
import { Problem } from '../../components/page.tsx'
import { VirtualRows } from '../../components/virtual-rows.tsx'
import { formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param } from '../../url-state.ts'
import { isOfOtherDay, LogHeader, logRow } from './log-rows.tsx'
import { NoLines } from './no-lines.tsx'
import type { LogList } from './use-log-list.ts'
import type { LogPages } from './use-log-pages.ts'

/** The lines themselves, newest first; more are loaded at the end. */
export function LogLines({ list }: { list: LogList }) {
  return (
    <AnswerView asked={list.pages}>
      {(_, isOld) =>
        list.rows.length === 0 ? <Nothing pages={list.pages} /> : <Lines list={list} isOld={isOld} />
      }
    </AnswerView>
  )
}

function Lines({ list, isOld }: { list: LogList; isOld: boolean }) {
  const { rows, pages, isLive, tail, choice } = list
  const q = isOld ? '' : param('q').value
  const marked = useMemo(() => markedWords(q), [q])
  const { label, newLines } = words.value.logs
  const goesOn = !isLive && !isOld && pages.moreFailure === undefined && pages.searchedToUnixMs === null
  return (
    <div class="lines">
      {isLive && tail.waitingCount > 0 && (
        <button type="button" class="button new-lines" onClick={list.jumpBack}>
          ↑ {newLines(tail.waitingCount)}
        </button>
      )}
      <div class={isOfOtherDay(rows.at(-1), Date.now()) ? 'list with-days' : 'list'}>
        <VirtualRows
          label={label}
          count={rows.length}
          active={choice.active}
          onActive={choice.onActive}
          onOpen={choice.onOpen}
          onTop={list.onTop}
          onEnd={() => goesOn && pages.loadMore()}
          header={<LogHeader />}
          row={(index) => logRow(rows[index]!, marked)}
        />
      </div>
      {pages.moreFailure && <Problem failure={pages.moreFailure} onRetry={pages.loadMore} />}
      {pages.searchedToUnixMs !== null && <SearchedTo pages={pages} />}
    </div>
  )
}

function Nothing({ pages }: { pages: LogPages }) {
  if (pages.moreFailure) return <Problem failure={pages.moreFailure} onRetry={pages.loadMore} />
  return pages.searchedToUnixMs === null ? <NoLines /> : <SearchedTo pages={pages} />
}

/** Time ran out before all was searched: how far it came, and the way on. */
function SearchedTo({ pages }: { pages: LogPages }) {
  const { reached, none, on, goesOn, stop } = words.value.logs.timeOut
  const since = formatStep(pages.searchedToUnixMs ?? 0)
  return (
    <div class={pages.rows.length === 0 ? 'searched-to empty' : 'searched-to'}>
      <p role="status">{pages.rows.length === 0 ? none(since) : reached(since)}</p>
      {pages.loadingMore ? (
        <>
          <div class="answer-bar" />
          <span class="muted">{goesOn}</span>
          <button type="button" onClick={pages.stop}>
            {stop}
          </button>
        </>
      ) : (
        <button type="button" class="button" onClick={pages.searchOn}>
          {on}
        </button>
      )}
    </div>
  )
}

function markedWords(q: string): string[] {
  const { tree } = parseSearch(q)
  return tree === undefined ? [] : wordsOf(tree)
}
