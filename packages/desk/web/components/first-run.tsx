import { words } from '../i18n/words.ts'
import { Commands, usualEndpoint } from './commands.tsx'
import { deskStatus, recordsOf } from './desk-status.tsx'
import { Icon } from './icon.tsx'

/** Whether nothing has ever arrived at the desk. */
export function isFirstRun(): boolean {
  return deskStatus.value?.value !== undefined && recordsOf(deskStatus.value) === 0
}

/** In place of a list while nothing has ever arrived: the two commands after which something does. */
export function FirstRun({ title }: { title: string }) {
  const { lead, waiting, more } = words.value.start
  return (
    <div class="first-run">
      <h2>{title}</h2>
      <p class="muted">{lead}</p>
      <Commands http={deskStatus.value?.value?.otlp.http ?? usualEndpoint} />
      <div class="arrival">
        <Icon name="ball" />
        <span role="status">{waiting}</span>
        <a href="/start">{more}</a>
      </div>
    </div>
  )
}
