import { deskStatus, receiving, recordsOf } from '../desk-status.ts'
import { words } from '../i18n/words.ts'

type State = 'asking' | 'lost' | 'empty' | 'receiving' | 'quiet'

/** Whether the desk answers and records arrive, as dot and word; leads to the page of its state. */
export function StatusLink() {
  const state = currentState()
  return (
    <a class={`status status-${state}`} href="/start">
      <span class="status-dot" />
      <span role="status">{words.value.shell.status[state]}</span>
    </a>
  )
}

function currentState(): State {
  const answer = deskStatus.value
  if (answer === undefined) return 'asking'
  if (answer.failure) return 'lost'
  if (recordsOf(answer) === 0) return 'empty'
  return receiving.value ? 'receiving' : 'quiet'
}
