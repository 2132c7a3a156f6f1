import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Failure } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { EmptyState } from '../../components/page.tsx'
import { searchProblem } from '../../components/search-box.tsx'
import { words } from '../../i18n/words.ts'
import { searchOfPage } from '../../search-of-page.ts'
import { param } from '../../url-state.ts'
import { ChainRows } from './chain-rows.tsx'
import { Filters } from './filters.tsx'
import { NoChains } from './no-chains.tsx'
import { Rates } from './rates.tsx'
import { useChainList } from './use-chain-list.ts'
import './chains.css'

/** The call chains that arrived, as they arrive. */
export function ChainsPage() {
  const order = param('order').value === 'slow' ? 'slow' : 'recent'
  const question = {
    ...{ q: searchOfPage(), from: param('from').value, to: param('to').value },
    order,
  } as const
  const asked = useChainList(question)
  const failure = asked.isOld ? undefined : asked.answer?.failure
  useSearchProblem(failure)
  return (
    <div class="chains">
      <Filters shown={asked.answer?.value?.chains ?? []} />
      <ChangedPlace />
      {failure === undefined && <Rates question={question} list={asked.answer?.value} />}
      <div class="chains-answer">
        <AnswerView
          asked={asked}
          failed={({ code }) => code === 'invalid' && <EmptyState title={words.value.chains.badSearch} />}
        >
          {(list) =>
            list.chains.length > 0 ? (
              <ChainRows asked={asked} list={list} />
            ) : (
              list.next === null && <NoChains />
            )
          }
        </AnswerView>
      </div>
    </div>
  )
}

/** Its words are many, and come after the list; their place does not move it. */
function ChangedPlace() {
  const [Changed, setChanged] = useState<ComponentType>()
  useEffect(() => {
    import('./changed.tsx').then(
      ({ Changed: loaded }) => setChanged(() => loaded),
      () => undefined,
    )
  }, [])
  return <div class="changed-place">{Changed && <Changed />}</div>
}

function useSearchProblem(failure: Failure | undefined): void {
  const message = failure?.code === 'invalid' ? failure.message : ''
  useEffect(() => {
    searchProblem.value = message
    return () => {
      searchProblem.value = ''
    }
  }, [message])
}
