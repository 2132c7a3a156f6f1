import { safeText } from '@clew/otlp/text'
import { useEffect, useState } from 'preact/hooks'
import type { AlertPage } from '../../../api/index.ts'
import { api, type Failure, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { Problem, Title } from '../../components/page.tsx'
import { formatCount, formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { live } from '../../live.ts'
import { AlertHistory, FiringAlerts } from './alert-lists.tsx'
import { Decisions } from './decisions.tsx'
import { NoRules } from './no-rules.tsx'
import { RuleTable } from './rule-table.tsx'
import { type Change, SilenceTable } from './silences.tsx'
import { type AskedWarnings, EarlyWarnings, useWarnings } from './warning-list.tsx'
import './alerts.css'
import './warnings.css'

/** What fires, what fired, and why; kept up to date by the desk. */
export function AlertsPage() {
  const { title } = words.value.alerts
  const turn = useNews()
  const alerts = useAnswer(api.alerts, [], turn)
  const warnings = useWarnings(turn)
  // Both are shown at once: what comes later would move the other.
  const isWaiting = warnings.asked.answer === undefined
  const asked = isWaiting ? { ...alerts, answer: undefined, loading: true } : alerts
  const [failure, setFailure] = useState<Failure>()
  const change: Change = async (ask) => {
    setFailure((await ask()).failure)
    asked.reload()
  }
  return (
    <div class="page alerts">
      <Title>{title}</Title>
      {failure && <Problem failure={failure} />}
      <AnswerView asked={asked} shape="text">
        {(page) => <Content page={page} turn={turn} change={change} warnings={warnings} />}
      </AnswerView>
    </div>
  )
}

/** Another number whenever something about the alerts changed, and when the stream begins again. */
function useNews(): number {
  const [turn, setTurn] = useState(0)
  useEffect(() => live('alerts', '', () => setTurn((before) => before + 1)).close, [])
  return turn
}

type ContentProps = { page: AlertPage; turn: number; change: Change; warnings: AskedWarnings }

function Content({ page, turn, change, warnings }: ContentProps) {
  if (page.file === null)
    return (
      <>
        <EarlyWarnings {...warnings} />
        <NoRules />
      </>
    )
  const { alerts, rules, silences, notJudged } = page
  return (
    <>
      <FileState file={page.file} notJudged={notJudged} />
      <FiringAlerts alerts={alerts} rules={rules} change={change} />
      <EarlyWarnings {...warnings} />
      {silences.length > 0 && <SilenceTable silences={silences} change={change} />}
      {rules.length > 0 && <RuleTable rules={rules} />}
      <AlertHistory alerts={alerts} />
      <Decisions rules={rules} turn={turn} change={change} />
    </>
  )
}

function FileState({ file, notJudged }: { file: NonNullable<AlertPage['file']>; notJudged: number }) {
  const text = words.value.alerts
  return (
    <>
      <p class="muted" title={safeText(file.path)}>
        {text.file(nameOf(file.path), formatStep(file.readUnixMs))}
      </p>
      {notJudged > 0 && <p class="severity-warn">{text.notJudged(formatCount(notJudged))}</p>}
      {file.mistakes.length > 0 && (
        <section class="card alert-mistakes">
          <h2>{text.mistakes}</h2>
          <ul>
            {file.mistakes.map((mistake) => (
              <li key={mistake} class="mono">
                {mistake}
              </li>
            ))}
          </ul>
          <p class="muted">{text.mistakesNote}</p>
        </section>
      )}
    </>
  )
}

/** The last part of a path. */
function nameOf(path: string): string {
  return safeText(path.split(/[/\\]/).at(-1) ?? path)
}
