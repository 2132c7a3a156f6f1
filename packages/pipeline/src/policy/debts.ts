import type { LogInput } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'

const shownTraces = 3

/** What was left out since the last record that stands for it. */
export class Debt {
  weight = 0
  count = 0
  firstUnixMs = 0
  lastUnixMs = 0
  readonly traceIds: string[] = []
  /** Of the last record left out. */
  scope: PipelineScope | undefined
  severityNumber = 0
  severityText = ''

  add(
    scope: PipelineScope,
    { timeUnixMs, traceId, severityNumber, severityText }: LogInput,
    weight: number,
  ): void {
    if (this.count === 0) this.firstUnixMs = timeUnixMs
    this.lastUnixMs = timeUnixMs
    this.count++
    this.weight += weight
    this.scope = scope
    this.severityNumber = severityNumber
    this.severityText = severityText
    if (traceId !== undefined && this.traceIds.length < shownTraces && !this.traceIds.includes(traceId))
      this.traceIds.push(traceId)
  }

  /** Gives the weight to the record that is kept now. */
  pay(): number {
    const { weight } = this
    this.weight = this.count = this.traceIds.length = 0
    return weight
  }

  /** One record that stands for what was left out, which is called `what`. `template`: of all of them, when they have one. */
  summary(what: string, template?: string): LogInput {
    return {
      timeUnixMs: this.lastUnixMs,
      severityNumber: this.severityNumber,
      severityText: this.severityText,
      body: what,
      eventName: 'clew.collapsed',
      attributes: {
        'clew.collapsed.count': this.count,
        'clew.collapsed.first': new Date(this.firstUnixMs).toISOString(),
        'clew.collapsed.last': new Date(this.lastUnixMs).toISOString(),
        'clew.collapsed.trace_ids': [...this.traceIds],
        ...(template !== undefined && { 'log.record.template': template }),
      },
    }
  }
}
