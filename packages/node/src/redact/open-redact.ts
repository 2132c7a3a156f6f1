import { createRequire } from 'node:module'
import { type Meter, report, runInContext, setSecretCutter, suppressedRoot } from '@clew/core'
import type { Redactor } from '@clew/otlp'
import type { RedactConfig } from '../config/redact-settings.ts'
import type * as Redaction from './redaction.ts'

/** What takes secrets out of records and spans, and tells how much. */
export type Redact = {
  /** Undefined: nobody looks. */
  redactor: Redactor | undefined
  /** Of what we print ourselves; undefined where nothing is cut. */
  clean: Redaction.Clean | undefined
  /** Of who sends, as all get it: exporters and alerts too. */
  cleanResource: ReturnType<typeof Redaction.createRedaction>['cleanResource']
  meters: Meter[]
  /** At the end of the process: what a report has to tell by then. May be called twice. */
  tell(): void
  stop(): void
}

const tellIntervalMs = 60_000

const ignore = (): void => {}
const off: Redact = {
  ...{ redactor: undefined, clean: undefined, meters: [], tell: ignore, stop: ignore },
  cleanResource: (attributes) => attributes,
}

/** Where redaction is off nothing is loaded. */
export function openRedact(config: RedactConfig): Redact {
  if (config.mode === 'off') return off
  const { createRedaction } = createRequire(import.meta.url)('./redaction.js') as typeof Redaction
  const { redactor, clean, cleanResource } = createRedaction(config)
  const tell = redactor.cuts ? ignore : createReport(redactor)
  const restore = redactor.cuts ? setSecretCutter(clean.text) : ignore
  const timer = runInContext(suppressedRoot, () => setInterval(tell, tellIntervalMs).unref())
  return {
    ...{ redactor, clean: redactor.cuts ? clean : undefined, tell },
    cleanResource: redactor.cuts ? cleanResource : off.cleanResource,
    meters: [redactMeter(() => redactor.counts())],
    stop: () => {
      clearInterval(timer)
      tell()
      restore()
    },
  }
}

/** How many secrets were cut, by kind. */
export function redactMeter(read: () => Readonly<Record<string, number>>): Meter {
  return {
    ...{ name: 'clew.redacted', kind: 'counter', unit: '{secret}', labels: ['kind'] },
    help: 'Secrets that were cut from log records and spans; with CLEW_REDACT=report, that would have been.',
    read: () => Object.entries(read()).map(([kind, value]) => ({ labels: { kind }, value })),
  }
}

/** Says once a minute, and at the end, how much would have been cut, if that is more than was said. */
function createReport(redactor: Redactor): () => void {
  let said = 0
  return () => {
    const counts = Object.entries(redactor.counts()).filter(([, count]) => count > 0)
    const total = counts.reduce((sum, [, count]) => sum + count, 0)
    if (total === said) return
    said = total
    const kinds = counts.map(([kind, count]) => `${kind} ${count}`).join(', ')
    report('CLEW_REDACT_REPORT', `${total} secrets were sent that CLEW_REDACT=on would have cut: ${kinds}`)
  }
}
