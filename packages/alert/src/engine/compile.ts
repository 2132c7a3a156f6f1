import { fieldOf, fieldValue, matcherOf, type RecordMatcher } from '@clew/search'
import type { Rule } from '../rules/rule.ts'
import { countedJudge } from './judges/counted.ts'
import { earlyJudge } from './judges/early.ts'
import type { Hit, Judge } from './judges/judge.ts'
import { changeJudge, newTemplateJudge, newTermJudge } from './judges/terms.ts'
import { aggregateJudge, cardinalityJudge, flatlineJudge, ratioJudge, spikeJudge } from './judges/windows.ts'
import { type AlertRecord, lineOf } from './record.ts'

/** A rule made ready for records. */
export type CompiledRule = {
  rule: Rule
  matches: RecordMatcher
  /** What its condition looks at in a record that matches. */
  lookAt: ((record: AlertRecord) => Hit['value']) | undefined
  /** Of whatever state its type has. */
  judge: Judge<unknown>
}

export function compileRule(rule: Rule): CompiledRule {
  const where = matcherOf(rule.where)
  return { rule, matches: matchesOf(rule, where), lookAt: lookOf(rule), judge: judgeOf(rule) }
}

/** Whether alerts of a rule end by themselves. Of what is told at one record, nobody can say that it is over. */
export function endsByItself(rule: Rule): boolean {
  return judgeOf(rule).ends
}

/** What a rule's cell gets of a record. */
export function hitOf({ lookAt }: CompiledRule, record: AlertRecord, lowMs: number): Hit {
  const hit: Hit = { unixMs: record.unixMs, weight: record.weight, lowMs, line: lineOf(record) }
  const value = lookAt?.(record)
  if (value !== undefined) hit.value = value
  return hit
}

function matchesOf(rule: Rule, where: RecordMatcher): RecordMatcher {
  if (rule.type !== 'block-list' && rule.type !== 'allow-list') return where
  const { field } = rule
  const values = new Set(rule.values)
  const isBlocking = rule.type === 'block-list'
  return (record) => {
    if (!where(record)) return false
    const value = fieldOf(record, field)
    return value !== undefined && values.has(value) === isBlocking
  }
}

function lookOf(rule: Rule): CompiledRule['lookAt'] {
  switch (rule.type) {
    case 'change':
    case 'block-list':
    case 'allow-list':
    case 'cardinality':
      return (record) => fieldOf(record, rule.field)
    case 'new-term':
      return (record) => termOf(record, rule.fields)
    case 'aggregate':
      return (record) => {
        const value = fieldValue(record, rule.field)
        return typeof value === 'number' ? value : undefined
      }
    case 'ratio':
      return matcherOf(rule.of) as (record: AlertRecord) => boolean
    default:
      return undefined
  }
}

/** Of several fields their combination; undefined when the record lacks one. */
function termOf(record: AlertRecord, fields: readonly string[]): string | undefined {
  const values = fields.map((field) => fieldOf(record, field))
  return values.includes(undefined) ? undefined : values.join(' · ')
}

function judgeOf(rule: Rule): Judge<unknown> {
  switch (rule.type) {
    case 'frequency':
      return countedJudge(rule, true)
    case 'any':
    case 'block-list':
    case 'allow-list':
      return countedJudge(rule, rule.threshold > 1)
    case 'change':
      return changeJudge(rule)
    case 'spike':
      return spikeJudge(rule)
    case 'flatline':
      return flatlineJudge(rule)
    case 'new-term':
      return newTermJudge(rule)
    case 'new-template':
      return newTemplateJudge(rule)
    case 'cardinality':
      return cardinalityJudge(rule)
    case 'ratio':
      return ratioJudge(rule)
    case 'aggregate':
      return aggregateJudge(rule)
    case 'early':
      return earlyJudge(rule)
  }
}
