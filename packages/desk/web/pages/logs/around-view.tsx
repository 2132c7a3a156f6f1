import { safeText } from '@clew/otlp/text'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { LogRow, SurroundingLogs } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { Title } from '../../components/page.tsx'
import { VirtualRows } from '../../components/virtual-rows.tsx'
import { rowHeight } from '../../components/virtual-window.ts'
import { words } from '../../i18n/words.ts'
import { useKeys } from '../../keys.ts'
import { param, setParams } from '../../url-state.ts'
import { ExportMenu } from './export-menu.tsx'
import { LinePane } from './line-pane.tsx'
import { isOfOtherDay, LogHeader, logRow } from './log-rows.tsx'
import { type LineChoice, useLineChoice } from './use-line-choice.ts'

const fewest = 20
const most = 500

/** The lines before and after one, oldest first, of all services or of its own. */
export function AroundView({ line }: { line: string }) {
  const count = countOf(param('count').value)
  const service = param('service').value
  const asked = useAnswer((abort) => api.logsAround(line, { count, service }, abort), [line, count, service])
  const found = asked.answer?.value
  const rows = found?.logs ?? none
  const choice = useLineChoice(rows, line)
  return (
    <div class="with-pane">
      <div class="logs">
        <AroundBar rows={rows} marked={found?.logs[found.at]} count={count} service={service} />
        <div class="logs-body">
          <div class="logs-list">
            <AnswerView asked={asked}>{(lines) => <Around found={lines} choice={choice} />}</AnswerView>
          </div>
        </div>
      </div>
      {choice.opened && <LinePane line={choice.opened} onClose={choice.close} />}
    </div>
  )
}

const none: readonly LogRow[] = []

function countOf(text: string): number {
  const count = Number(text)
  return Number.isInteger(count) && count > 0 ? Math.min(most, count) : fewest
}

function Around({ found, choice }: { found: SurroundingLogs; choice: LineChoice }) {
  const rows = found.logs
  const place = useCentred(found)
  const other = useMemo(() => rows.some((row) => isOfOtherDay(row, Date.now())), [rows])
  return (
    <div class={other ? 'list with-days' : 'list'} ref={place}>
      <VirtualRows
        label={words.value.logs.around.title}
        count={rows.length}
        active={choice.active}
        onActive={choice.onActive}
        onOpen={choice.onOpen}
        header={<LogHeader />}
        row={(index) => logRow(rows[index]!, [], index === found.at)}
      />
    </div>
  )
}

/** Brings the line in the middle of its surroundings whenever there are others. */
function useCentred(found: SurroundingLogs) {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const list = place.current!.querySelector('.rows')!
    list.scrollTop = (found.at + 1.5) * rowHeight - list.clientHeight / 2
  }, [found])
  return place
}

type AroundBarProps = { rows: readonly LogRow[]; marked: LogRow | undefined; count: number; service: string }

function AroundBar({ rows, marked, count, service }: AroundBarProps) {
  const { title, only, more, back, keys } = words.value.logs.around
  const own = marked?.service ?? ''
  const showMore = () => setParams({ count: Math.min(most, count * 2) }, 'replace')
  const toggleService = () => setParams({ service: service ? undefined : own }, 'replace')
  useKeys([
    { key: 'm', description: keys.more, run: showMore },
    { key: 'v', description: keys.service, run: toggleService },
  ])
  return (
    <div class="logs-bar">
      <Title>{title}</Title>
      <button type="button" title={`${more.title} (m)`} disabled={count >= most} onClick={showMore}>
        {more.button(count)}
      </button>
      <label class="check">
        <input type="checkbox" checked={service !== ''} onChange={toggleService} />
        {only(safeText(own))}
      </label>
      <span class="logs-space" />
      <a href="/logs">{back}</a>
      <ExportMenu rows={rows} />
    </div>
  )
}
