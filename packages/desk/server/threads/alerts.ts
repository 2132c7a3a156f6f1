import type { Signal } from '@clew/otlp'
import type { Metric } from '@clew/otlp/metrics-text'
import type {
  AlertDecisions,
  AlertPage,
  AlertSilence,
  NewAlertSilence,
  NewWarningOpinion,
  WarningPage,
  WarningRow,
} from '../../api/index.ts'
import type { PatternWatch } from '../alerts/pattern-watch.ts'
import type { WarningsWanted } from '../alerts/warning-page.ts'
import type { Written } from './store.ts'

/** What the thread of alerts is asked, and what it answers. */
export type AlertQuestions = {
  page: { of: Record<never, never>; answer: Omit<AlertPage, 'notJudged'> }
  explain: { of: { rule: string; most: number }; answer: AlertDecisions }
  silence: { of: NewAlertSilence; answer: AlertSilence }
  endSilence: { of: { id: string }; answer: Record<never, never> }
  warnings: { of: WarningsWanted; answer: WarningPage }
  warning: { of: { id: string }; answer: WarningRow }
  opine: { of: { id: string } & NewWarningOpinion; answer: WarningRow }
  patternWatches: { of: { ids: readonly number[] }; answer: { patterns: PatternWatch[] } }
  metrics: { of: Record<never, never>; answer: Metric[] }
}
export type AlertQuestion = keyof AlertQuestions

/** The rules of a desk as the HTTP side sees them: a thread that judges lines once they are stored. */
export type Alerts = {
  /** Whether there is a rule file; without one it is watched for what builds up, and nothing else. */
  readonly hasRules: boolean
  /** A request that was stored, and as what; the bytes are gone for the caller. Never waits. */
  take(
    signal: Signal,
    encoding: 'protobuf' | 'json',
    bytes: Uint8Array<ArrayBuffer>,
    written: Pick<Written, 'records' | 'arrivedUnixMs'>,
  ): void
  /** Rejects with a StoreError. */
  ask<Name extends AlertQuestion>(
    name: Name,
    of: AlertQuestions[Name]['of'],
  ): Promise<AlertQuestions[Name]['answer']>
  /** How many alerts go on, and how many lines were not judged as too many waited. */
  state(): { firing: number; notJudged: number }
  /** Called when something was decided or changed, once a second at most. Returns how to stop. */
  onChange(listener: () => void): () => void
  /** Judges what waits, sends what it can, and ends the thread. */
  close(): Promise<void>
}
