import { warningWords } from '@clew/alert/words'
import { formatDuration, safeText } from '@clew/otlp/text'
import { useEffect, useRef } from 'preact/hooks'
import type { WarningChange, WarningRow } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { ServiceDot } from '../../components/telemetry.tsx'
import { shareText } from '../../format.ts'
import { language, words } from '../../i18n/words.ts'
import { hrefOf } from '../../url.ts'
import { AlertLines } from './alert-item.tsx'
import { Moment, whyHref } from './alert-parts.tsx'
import { WarningCourse } from './warning-course.tsx'
import { WarningOpinion } from './warning-opinion.tsx'

type WarningItemProps = { warning: WarningRow; isWanted: boolean; open: boolean }

/** What built up: in a line where and how sure, below it what changed, the lines that show it and what became of it. */
export function WarningItem({ warning, isWanted, open }: WarningItemProps) {
  const text = words.value.warnings
  const { services, state, sure, sinceUnixMs, failure, changes } = warning
  const [word, meaning] = text.states[state]
  const place = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    if (isWanted) place.current?.scrollIntoView({ block: 'nearest' })
  }, [isWanted])
  return (
    <details ref={place} class={`alert warning warning-${state}`} open={open}>
      <summary>
        <span class="severity severity-warn">
          <Icon name="warn" />
          {text.warned}
        </span>
        <span class="warning-state" title={meaning}>
          {word}
        </span>
        {services.slice(0, 4).map((name) => (
          <ServiceDot key={name} name={name} />
        ))}
        {changes[0] && <span class="alert-observed">{changeText(changes[0])}</span>}
        <span class="alert-course muted">
          {words.value.alerts.since} <Moment unixMs={sinceUnixMs} /> · {text.sure(shareText(sure, 1))}
          {failure && <b class="warning-lead"> · {leadText(failure.leadMs)}</b>}
        </span>
      </summary>
      <div class="alert-body">
        {state !== 'told' && <p>{meaning}</p>}
        <Changes warning={warning} />
        <Precedent precedent={warning.precedent} />
        <AlertLines lines={warning.lines} label={text.lines} params={{ warning: warning.id }} />
        <WarningCourse warning={warning} />
        <div class="alert-tools">
          <WarningOpinion warning={warning} />
          <a href={whyHref(warning.rule)}>{words.value.alerts.why}</a>
        </div>
      </div>
    </details>
  )
}

/** Said of a warning that came with its failure, too. */
function leadText(leadMs: number): string {
  const { lead, noLead } = words.value.warnings
  return leadMs > 0 ? lead(formatDuration(leadMs * 1e6)) : noLead
}

function Changes({ warning: { changes, found } }: { warning: WarningRow }) {
  const { changes: label, pattern } = words.value.warnings
  const more = found - changes.length
  return (
    <section>
      <h3>{label}</h3>
      <ul class="warning-changes">
        {changes.map((change, at) => (
          <li key={at}>
            {changeText(change)}{' '}
            {change.of === 'template' && <a href={hrefOf('/patterns', { pattern: change.id })}>{pattern}</a>}
          </li>
        ))}
        {more > 0 && <li class="muted">{wordsOf().more(more)}</li>}
      </ul>
    </section>
  )
}

function Precedent({ precedent }: Pick<WarningRow, 'precedent'>) {
  return precedent === null ? null : <p>{safeText(wordsOf().precedent(precedent))}</p>
}

/** What changed, since when, and by how much against what is usual. */
function changeText(change: WarningChange): string {
  return safeText(wordsOf().change(change, Intl.DateTimeFormat().resolvedOptions().timeZone))
}

const wordsOf = () => warningWords[language.value === 'en' ? 'en' : 'zh']
