import { EmptyState } from '../../components/page.tsx'
import { Snippet } from '../../components/snippet.tsx'
import { words } from '../../i18n/words.ts'

const ruleFile = `channels:
  wecom: { type: wecom, url: '\${WECOM_WEBHOOK_URL}' }
rules:
  - id: payment-failed-500
    type: frequency
    where: 'payment_failed status:500'
    threshold: 3
    window: 5m
    severity: critical
    notify: wecom`

const command = 'WECOM_WEBHOOK_URL=https://… npx clew desk --alerts alerts.yaml'

/** How to begin with rules. */
export function NoRules() {
  const { title, text, file, command: start, after } = words.value.alerts.start
  return (
    <>
      <EmptyState title={title}>
        <p>{text}</p>
      </EmptyState>
      <section class="card alert-start">
        <Snippet title={file} text={ruleFile} />
        <Snippet title={start} text={command} />
        <p class="muted">{after}</p>
      </section>
    </>
  )
}
