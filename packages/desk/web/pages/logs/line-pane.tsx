import { api, useAnswer } from '../../api-client.ts'
import { Icon } from '../../components/icon.tsx'
import { Problem } from '../../components/page.tsx'
import { SidePane } from '../../components/side-pane.tsx'
import { words } from '../../i18n/words.ts'
import { LineDetails } from '../../record/line-details.tsx'
import { chainHref } from '../../url.ts'
import { FilterButtons } from './filters.tsx'

/** Everything of one line, at the side of a list. */
export function LinePane({ line, onClose }: { line: string; onClose(): void }) {
  const { answer, loading, reload } = useAnswer((abort) => api.log(line, abort), [line])
  const { line: title, openChain } = words.value.logs
  return (
    <SidePane title={title} label={title} onClose={onClose}>
      {answer?.failure && <Problem failure={answer.failure} onRetry={reload} />}
      {answer?.value && (
        <div class={loading ? 'stale' : ''}>
          <LineDetails
            log={answer.value}
            filters={(name, text) => <FilterButtons name={name} text={text} />}
            links={
              answer.value.traceId && (
                <a href={chainHref(answer.value.traceId, { log: answer.value.ref })}>
                  <Icon name="ball" /> {openChain}
                </a>
              )
            }
          />
        </div>
      )}
    </SidePane>
  )
}
