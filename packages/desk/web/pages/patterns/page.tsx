import { useMemo, useState } from 'preact/hooks'
import type { Pattern } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { EmptyState, Title } from '../../components/page.tsx'
import { VirtualRows } from '../../components/virtual-rows.tsx'
import { words } from '../../i18n/words.ts'
import { useKeys } from '../../keys.ts'
import { go, param, setParams, timeBounds } from '../../url-state.ts'
import { type Bands, useBands } from './bands.ts'
import { listPatterns, orderOf, orders } from './pattern-list.ts'
import { linesHref, PatternPane } from './pattern-pane.tsx'
import { PatternHeader, patternRow } from './pattern-rows.tsx'
import { PatternsBar, toggleOnlyNew } from './patterns-bar.tsx'
import './patterns.css'
import './band.css'

const steps = 30
const none: readonly Pattern[] = []

/** Templates of lines with how often they occurred, so that what is new or grows stands out. */
export function PatternsPage() {
  const [q, from, to] = [param('q').value, param('from').value, param('to').value]
  const asked = useAnswer(
    (abort) => api.patterns({ q, ...timeBounds(Date.now()), steps }, abort),
    [q, from, to],
  )
  const order = orderOf(param('sort').value)
  const onlyNew = param('new').value === '1' && from !== ''
  const page = asked.answer?.value
  const all = page?.patterns ?? none
  const patterns = useMemo(() => listPatterns(all, order, onlyNew), [all, order, onlyNew])
  const opened = Number(param('pattern').value)
  const bands = useBands()
  useKeys([
    {
      key: 'r',
      description: words.value.patterns.keys.order,
      run: () => setParams({ sort: orders[(orders.indexOf(order) + 1) % orders.length]! }, 'replace'),
    },
    {
      key: 'n',
      description: words.value.patterns.keys.onlyNew,
      run: () => toggleOnlyNew(onlyNew),
    },
  ])
  return (
    <div class="with-pane">
      <div class="patterns">
        <Title hidden>{words.value.patterns.title}</Title>
        <PatternsBar
          order={order}
          onlyNew={onlyNew}
          counts={page && { shown: patterns.length, fresh: all.filter(({ isNew }) => isNew).length }}
        />
        <div class="patterns-list">
          <AnswerView asked={asked}>
            {({ stepMs }, isOld) =>
              patterns.length > 0 ? (
                <List {...{ patterns, stepMs, opened, bands }} q={isOld ? '' : q} />
              ) : (
                <NoPatterns />
              )
            }
          </AnswerView>
        </div>
      </div>
      {opened > 0 && page && (
        <PatternPane
          pattern={opened}
          stepMs={page.stepMs}
          bands={bands}
          onClose={() => setParams({ pattern: undefined }, 'replace')}
        />
      )}
    </div>
  )
}

type ListProps = { patterns: readonly Pattern[]; stepMs: number; opened: number; q: string; bands: Bands }

function List({ patterns, stepMs, opened, q, bands }: ListProps) {
  const [cursor, setCursor] = useState(opened)
  const marked = q.split(/\s+/)
  const chosen = opened || cursor
  const active = useMemo(() => patterns.findIndex(({ id }) => id === chosen), [patterns, chosen])
  const nowMs = Date.now()
  const open = (index: number) => setParams({ pattern: patterns[index]?.id }, opened ? 'replace' : 'push')
  useKeys([
    {
      key: 'o',
      description: words.value.patterns.keys.lines,
      run: () => patterns[active] && go(linesHref(patterns[active].id)),
    },
  ])
  return (
    <VirtualRows
      label={words.value.patterns.title}
      count={patterns.length}
      active={active}
      onActive={(index, by) => {
        setCursor(patterns[index]?.id ?? 0)
        if (by === 'pointer' || opened) open(index)
      }}
      onOpen={open}
      header={<PatternHeader />}
      row={(index) => patternRow(patterns[index]!, { stepMs, marked, nowMs, bands })}
    />
  )
}

function NoPatterns() {
  const { empty } = words.value.patterns
  const {
    from,
    to,
    q,
    new: onlyNew,
  } = { from: param('from'), to: param('to'), q: param('q'), new: param('new') }
  return (
    <EmptyState title={empty.title}>
      {onlyNew.value === '1' && (
        <button type="button" onClick={() => setParams({ new: undefined }, 'push')}>
          {empty.alsoOld}
        </button>
      )}
      {q.value !== '' && (
        <button type="button" onClick={() => setParams({ q: undefined }, 'push')}>
          {empty.noSearch}
        </button>
      )}
      {(from.value !== '' || to.value !== '') && (
        <button type="button" onClick={() => setParams({ from: undefined, to: undefined }, 'push')}>
          {empty.allTime}
        </button>
      )}
    </EmptyState>
  )
}
