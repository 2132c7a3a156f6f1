import type { ComponentChildren } from 'preact'
import type { Asked } from '../api-client.ts'
import { words } from '../i18n/words.ts'
import { Problem } from './page.tsx'

type AnswerViewProps<T> = {
  asked: Asked<T>
  /** `list` fills its parent, which has a height, with rows; `text` is as high as what it shows. */
  shape?: 'list' | 'text'
  /** In place of the usual sight of a failure. */
  failed?: (failure: NonNullable<Asked<T>['lapse']>) => ComponentChildren
  /** `isOld`: nothing of the question that is asked now may be marked in it. */
  children(value: T, isOld: boolean): ComponentChildren
}

/**
 * What the desk answered, in one of four states that look the same on every page: blank rows while nothing is there, the
 * answer, the same dimmed below a bar that runs while it is of the question before, or the failure.
 */
export function AnswerView<T>({ asked, shape = 'list', failed, children }: AnswerViewProps<T>) {
  const { answer, loading, isOld, lapse, reload } = asked
  const { waiting, problem } = words.value.shell
  const { value, failure } = answer ?? {}
  // The failure of another question says nothing about this one.
  const isFirst = answer === undefined || (failure !== undefined && isOld)
  const waits = loading && (isFirst || isOld)
  return (
    <div class={`answer answer-${shape}`} aria-busy={waits}>
      <p class="unseen" role="status">
        {waits && (isFirst ? waiting.first : waiting.again)}
      </p>
      {waits && <div class="answer-bar" />}
      {lapse && <p class="answer-lapse severity-warn">{problem.lapse}</p>}
      {isFirst && <div class="answer-blank" />}
      {failure && !isOld && (failed?.(failure) || <Problem failure={failure} onRetry={reload} />)}
      {value !== undefined && (
        <div class={isOld ? 'answer-body is-old' : 'answer-body'}>{children(value, isOld)}</div>
      )}
    </div>
  )
}
