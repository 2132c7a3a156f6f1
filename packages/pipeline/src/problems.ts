import { otelSettingNames, type SettingNames } from './setting-names.ts'

/** What the pipeline tells the operator about. */
export type ProblemCode =
  | 'CLEW_ENDPOINT_INVALID'
  | 'CLEW_EXPORT_FAILED'
  | 'CLEW_EXPORT_RECOVERED'
  | 'CLEW_EXPORT_REFUSED'
  | 'CLEW_EXPORT_PARTIAL'
  | 'CLEW_RECORD_TOO_LARGE'
  | 'CLEW_QUEUE_FULL'
  | 'CLEW_SPOOL_UNUSABLE'
  | 'CLEW_SPOOL_FULL'
  | 'CLEW_SPOOL_DAMAGED'
  | 'CLEW_RECORDS_LOST'

const quietMs = 60_000

/** Passes on the first report of a problem, then at most one each minute. The message is made only when it is said. */
export class Problems {
  readonly settingNames: SettingNames
  readonly #report: (code: ProblemCode, message: string) => void
  readonly #now: () => number
  readonly #saidAt = new Map<string, number>()

  constructor(
    report: (code: ProblemCode, message: string) => void,
    now: () => number,
    settingNames: SettingNames = otelSettingNames,
  ) {
    this.settingNames = settingNames
    this.#report = report
    this.#now = now
  }

  /** `about` tells apart two problems of the same code. */
  say(code: ProblemCode, about: string, message: () => string): void {
    const key = `${code} ${about}`
    const now = this.#now()
    const said = this.#saidAt.get(key)
    if (said !== undefined && now - said < quietMs) return
    this.#saidAt.set(key, now)
    this.tell(code, message())
  }

  /** Passes on what is rare by itself. A reporter that throws is not heard. */
  tell(code: ProblemCode, message: string): void {
    try {
      this.#report(code, message)
    } catch {}
  }
}
