import { Problem } from '../../components/problem.tsx'
import { Title } from '../../components/title.tsx'
import { deskStatus } from '../../desk-status.ts'
import { words } from '../../i18n/words.ts'
import { Arrival } from './arrival.tsx'
import { Commands } from './commands.tsx'
import { StoreFacts } from './store-facts.tsx'
import './start.css'

/** What to do when nothing has arrived, and how the desk is. */
export function StartPage() {
  const { title, lead } = words.value.start
  const answer = deskStatus.value
  return (
    <div class="page start">
      <Title>{title}</Title>
      {answer?.failure && <Problem failure={answer.failure} />}
      {answer?.value && <Arrival status={answer.value} />}
      <p class="muted">{lead}</p>
      <Commands
        http={answer?.value?.otlp.http ?? 'http://localhost:4318'}
        grpc={answer?.value?.otlp.grpc ?? null}
      />
      {answer?.value && <StoreFacts status={answer.value} />}
    </div>
  )
}
