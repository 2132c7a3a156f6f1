import { Title } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { useKeys } from '../../keys.ts'
import { LinePane } from './line-pane.tsx'
import { LogLines } from './log-list.tsx'
import { LogsBar } from './logs-bar.tsx'
import { FacetPanel, HistogramPanel, useFacetsShown } from './panels.tsx'
import { useLogList } from './use-log-list.ts'

/** Lines that a search finds, newest first, with what they have in common and when they came. */
export function SearchView() {
  const list = useLogList()
  const [facetsShown, toggleFacets] = useFacetsShown()
  const { title, keys } = words.value.logs
  const { isLive, choice } = list
  useKeys([
    { key: 't', description: keys.live, run: list.toggleLive },
    { key: 'f', description: keys.facets, run: toggleFacets },
    { key: 'b', description: keys.newest, run: list.jumpBack },
  ])
  return (
    <div class="with-pane">
      <div class="logs">
        <Title hidden>{title}</Title>
        <LogsBar list={list} facetsShown={facetsShown} onFacets={toggleFacets} />
        <HistogramPanel isLive={isLive} />
        <div class="logs-body">
          {facetsShown && <FacetPanel isLive={isLive} />}
          <div class="logs-list" ref={list.place}>
            <LogLines list={list} />
          </div>
        </div>
      </div>
      {choice.opened && <LinePane line={choice.opened} onClose={choice.close} />}
    </div>
  )
}
