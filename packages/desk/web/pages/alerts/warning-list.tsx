import { useState } from 'preact/hooks'
import type { WarningPage } from '../../../api/index.ts'
import { type Asked, api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { formatCount, formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param } from '../../url-state.ts'
import { WarningItem } from './warning-item.tsx'

const firstShown = 20
/** What the desk lists at most. */
const mostShown = 1_000

/** The warnings that a page shows, and how it shows more. */
export type AskedWarnings = { asked: Asked<WarningPage>; shown: number; showMore(): void }

/** What builds up or did, the newest first. `turn`: another number whenever there may be others. */
export function useWarnings(turn: number): AskedWarnings {
  const [shown, setShown] = useState(firstShown)
  // One more tells whether there are older ones.
  const asked = useAnswer((abort) => api.warnings({ limit: shown + 1 }, abort), [shown], turn)
  return { asked, shown, showMore: () => setShown(Math.min(mostShown - 1, shown * 5)) }
}

/** What builds up or did, in a list. */
export function EarlyWarnings({ asked, shown, showMore }: AskedWarnings) {
  const { title, older } = words.value.warnings
  return (
    <section class="alert-list" aria-label={title}>
      <h2>{title}</h2>
      <AnswerView asked={asked} shape="text">
        {({ learning, warnings }) => (
          <>
            <Learning learning={learning} isEmpty={warnings.length === 0} />
            <Items warnings={warnings.slice(0, shown)} />
            {warnings.length > shown && (
              <p>
                <button type="button" onClick={showMore}>
                  {older}
                </button>
              </p>
            )}
          </>
        )}
      </AnswerView>
    </section>
  )
}

function Items({ warnings }: Pick<WarningPage, 'warnings'>) {
  const wanted = param('warning').value
  const isThere = warnings.some(({ id }) => id === wanted)
  return (
    <div class="alert-list">
      {warnings.map((warning, at) => (
        <WarningItem
          key={warning.id}
          warning={warning}
          isWanted={warning.id === wanted}
          open={isThere ? warning.id === wanted : at === 0}
        />
      ))}
    </div>
  )
}

type LearningProps = Pick<WarningPage, 'learning'> & { isEmpty: boolean }

/** How much is known of what is usual, and that there is nothing. */
function Learning({ learning: { isLearning, untilUnixMs, leftOut }, isEmpty }: LearningProps) {
  const text = words.value.warnings
  return (
    <>
      {isLearning && (
        <p class="muted">{untilUnixMs === null ? text.nothingYet : text.learning(formatStep(untilUnixMs))}</p>
      )}
      {leftOut > 0 && <p class="severity-warn">{text.leftOut(formatCount(leftOut))}</p>}
      {isEmpty && !(isLearning && untilUnixMs === null) && <p class="muted">{text.none}</p>}
    </>
  )
}
