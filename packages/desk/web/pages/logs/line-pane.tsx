import { api } from '../../api-client.ts'
import { Problem } from '../../components/problem.tsx'
import { SidePane } from '../../components/side-pane.tsx'
import { words } from '../../i18n/words.ts'
import { useAnswer } from '../../use-answer.ts'
import { LineDetails } from './line-details.tsx'

/** Everything of one line, at the side of a list. */
export function LinePane({ line, onClose }: { line: string; onClose(): void }) {
  const { answer, loading, reload } = useAnswer((abort) => api.log(line, abort), [line])
  const { title } = words.value.logs.line
  return (
    <SidePane title={title} label={title} onClose={onClose}>
      {answer?.failure && <Problem failure={answer.failure} onRetry={reload} />}
      {answer?.value && (
        <div class={loading ? 'stale' : ''}>
          <LineDetails log={answer.value} />
        </div>
      )}
    </SidePane>
  )
}
