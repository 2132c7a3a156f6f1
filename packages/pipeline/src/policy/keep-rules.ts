import type { LogInput, LogRecord } from '@clew/otlp'
import { moduleName } from '@clew/otlp/module-name'
import type { PipelineScope } from '../pipeline.ts'
import type { KeepRule } from './policy.ts'
import { thresholdOfRatio } from './threshold.ts'

/** A rule in force. */
export type Rule = {
  readonly name: string
  /** The randomness from which a trace is kept: 14 hex digits. Undefined: none is. */
  readonly threshold: string | undefined
  /** For records outside of a trace: those whose hash is below it are kept. */
  readonly hashBound: number
  /** How many records a kept one stands for. */
  readonly weight: number
  readonly keepsAll: boolean
  readonly holds: boolean
  readonly fits: ((facts: Facts) => boolean) | undefined
  seen: number
}

/** What a rule looks at. `decoded` is made when it is asked for. */
export type Facts = {
  scope: PipelineScope
  input: LogInput
  decoded: () => LogRecord | undefined
}

export const mostSeverity = 24
/** What a record without a severity counts as: INFO, as for a search. */
export const assumedSeverity = 9

/** The rules by severity, as arrays from 0 to 24: most records have one candidate, which is theirs. */
export function compileRules(rules: readonly KeepRule[]): {
  all: readonly Rule[]
  bySeverity: readonly (readonly Rule[])[]
} {
  const compiled = rules.map((rule) => ({ rule, made: compileRule(rule) }))
  const rest = compileRule({ name: 'default', keep: 1 })
  const bySeverity = Array.from({ length: mostSeverity + 1 }, (_, severity) => {
    const wanted = severity === 0 ? assumedSeverity : severity
    const mine = compiled.filter(
      ({ rule: { minSeverity = 0, maxSeverity = mostSeverity } }) =>
        wanted >= minSeverity && wanted <= maxSeverity,
    )
    return [...mine.map(({ made }) => made), rest]
  })
  return { all: [...compiled.map(({ made }) => made), rest], bySeverity }
}

function compileRule({ name, modules, events, where, keep, hold = true }: KeepRule): Rule {
  const tests: ((facts: Facts) => boolean)[] = []
  if (modules) {
    const fits = namesMatcher(modules)
    tests.push(({ scope, input }) => fits(moduleName(scope, input.attributes)))
  }
  if (events) {
    const fits = namesMatcher(events)
    tests.push(({ input }) => input.eventName !== undefined && fits(input.eventName))
  }
  if (where) {
    tests.push(({ decoded }) => {
      const record = decoded()
      return record !== undefined && where(record)
    })
  }
  return {
    name,
    threshold: keep > 0 ? thresholdOfRatio(Math.min(keep, 1)) : undefined,
    hashBound: keep * 2 ** 32,
    weight: keep > 0 ? 1 / keep : 0,
    keepsAll: keep >= 1,
    holds: hold,
    fits: tests.length === 0 ? undefined : (facts) => tests.every((test) => test(facts)),
    seen: 0,
  }
}

/** Whether a name is one of these; one that ends with `*` stands for all that begin so. */
function namesMatcher(names: readonly string[]): (name: string) => boolean {
  const exact = new Set(names.filter((name) => !name.endsWith('*')))
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
}
