import type { ComponentChildren } from 'preact'
import { safeText } from '../../chain/safe-text.ts'
import type { Failure } from '../api-client.ts'
import { words } from '../i18n/words.ts'
import { Icon } from './icon.tsx'

type ProblemProps = { failure: Failure; onRetry?: () => void; children?: ComponentChildren }

/** A failure with its remedy. */
export function Problem({ failure, onRetry, children }: ProblemProps) {
  const { problem, retry } = words.value.shell
  const own = { unreachable: problem.unreachable, unreadable: problem.unreadable }[failure.code]
  return (
    <div class="problem" role="alert">
      <h2 class="severity-error">
        <Icon name="error" /> {problem.title}
      </h2>
      <p>{own ?? safeText(failure.message)}</p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {retry}
        </button>
      )}
      {children}
    </div>
  )
}
