import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { Icon } from '../../components/icon.tsx'
import { SidePane } from '../../components/side-pane.tsx'
import { words } from '../../i18n/words.ts'
import { LineDetails } from '../../record/line-details.tsx'
import { chainHref } from '../../url.ts'
import { FilterButtons } from './filters.tsx'

/** Everything of one line, at the side of a list. */
export function LinePane({ line, onClose }: { line: string; onClose(): void }) {
  const asked = useAnswer((abort) => api.log(line, abort), [line])
  const { line: title, openChain } = words.value.logs
  return (
    <SidePane title={title} label={title} onClose={onClose}>
      <AnswerView asked={asked} shape="text">
        {(log) => (
          <LineDetails
            log={log}
            filters={(name, text) => <FilterButtons name={name} text={text} />}
            links={
              log.traceId && (
                <a href={chainHref(log.traceId, { log: log.ref })}>
                  <Icon name="ball" /> {openChain}
                </a>
              )
            }
          />
        )}
      </AnswerView>
    </SidePane>
  )
}
