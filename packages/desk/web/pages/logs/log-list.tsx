import { parseSearch, wordsOf } from '@clew/search'
import { useMemo } from 'preact/hooks'
import { Problem } from '../../components/page.tsx'
import { VirtualRows } from '../../components/virtual-rows.tsx'
import { words } from '../../i18n/words.ts'
import { param } from '../../url-state.ts'
import { isOfOtherDay, LogHeader, logRow } from './log-rows.tsx'
import { NoLines } from './no-lines.tsx'
import type { LogList } from './use-log-list.ts'
import type { LogPages } from './use-log-pages.ts'

/** The lines themselves, newest first; more are loaded at the end. */
export function LogLines({ list }: { list: LogList }) {
  const { rows, pages, isLive, tail, choice } = list
  const q = param('q').value
  const marked = useMemo(() => markedWords(q), [q])
  const { label, newLines } = words.value.logs
  if (rows.length === 0) return <Nothing pages={pages} />
  return (
    <>
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
          onEnd={() => !isLive && pages.moreFailure === undefined && pages.loadMore()}
          header={<LogHeader />}
          row={(index) => logRow(rows[index]!, marked)}
        />
      </div>
      {pages.moreFailure && <Problem failure={pages.moreFailure} onRetry={pages.loadMore} />}
    </>
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
