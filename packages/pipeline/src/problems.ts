import { createReportLimit, type ReportLimit } from '@clew/otlp'
import type { ProblemCode, SettingNames } from './pipeline.ts'

export const otelSettingNames: SettingNames = {
  endpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  headers: 'OTEL_EXPORTER_OTLP_HEADERS',
  protocol: 'OTEL_EXPORTER_OTLP_PROTOCOL',
  certificate: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
  spoolDirectory: 'CLEW_SPOOL_DIR',
}

/** What messages call the settings and, without its secrets, an address. */
type ProblemWords = { settingNames: SettingNames; printAddress: ((address: string) => string) | undefined }

type Report = (code: ProblemCode, message: string) => void

/**
 * Passes on the first report of a problem, then at most one each minute: whoever started the pipeline may write each line
 * down as it comes. The message is made only when it is said; a full memory is a problem of every record.
 */
export class Problems {
  readonly settingNames: SettingNames
  readonly printAddress: (address: string) => string
  readonly #report: Report
  readonly #limit: ReportLimit

  constructor(report: Report, now: () => number, words: Partial<ProblemWords> = {}) {
    this.settingNames = words.settingNames ?? otelSettingNames
    this.printAddress = words.printAddress ?? (() => 'the receiver')
    this.#report = report
    this.#limit = createReportLimit(now)
  }

  /** `about` tells apart two problems of the same code. */
  say(code: ProblemCode, about: string, message: () => string): void {
    if (this.#limit.withheld(`${code} ${about}`) !== undefined) this.#tell(code, message())
  }

  /** Says what nobody may miss, however often it was said. */
  sayAtOnce(code: ProblemCode, message: string): void {
    this.#tell(code, message)
  }

  /** Says that a problem is over. When it comes back, that is said at once. */
  sayOver(problem: ProblemCode, about: string, code: ProblemCode, message: string): void {
    this.#limit.forget(`${problem} ${about}`)
    this.#tell(code, message)
  }

  /** A reporter that throws is not heard. */
  #tell(code: ProblemCode, message: string): void {
    try {
      this.#report(code, message)
    } catch {}
  }
}
