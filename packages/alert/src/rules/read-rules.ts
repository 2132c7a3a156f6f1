import type { Mistake } from '@clew/settings'
import { quote } from '@clew/settings'
import type { Places } from './fields.ts'
import type { Rule } from './rule.ts'
import { readRule } from './rule-fields.ts'

const maxRules = 1000

/**
 * The rules of a file, and all that is wrong with the others: those that can be used run on. Ids are unique, and the channels
 * that a rule names must be there. Never throws.
 */
export function readRules(
  raw: unknown,
  placeOf: Places,
  channels: readonly string[],
): { rules: Rule[]; mistakes: Mistake[] } {
  if (raw === undefined || raw === null) return { rules: [], mistakes: [] }
  if (!Array.isArray(raw)) {
    const remedy = 'write "- id: …" lines'
    return { rules: [], mistakes: [{ place: placeOf(['rules']), found: 'it is no list', remedy }] }
  }
  const rules: Rule[] = []
  const mistakes: Mistake[] = []
  for (const [index, one] of raw.slice(0, maxRules).entries()) {
    const placeOfRule: Places = (path) => placeOf(['rules', index, ...path])
    const read = readRule(one, placeOfRule)
    const { rule } = read
    const wrong = [...read.mistakes, ...(rule ? besidesOthers(rule, rules, channels, placeOfRule) : [])]
    if (rule && wrong.length === 0) rules.push(rule)
    mistakes.push(...wrong)
  }
  if (raw.length > maxRules) {
    const found = `${raw.length} rules`
    mistakes.push({
      place: placeOf(['rules']),
      found,
      remedy: `write ${maxRules} at most; the others are not used`,
    })
  }
  return { rules, mistakes }
}

function besidesOthers(
  rule: Rule,
  others: readonly Rule[],
  channels: readonly string[],
  placeOf: Places,
): Mistake[] {
  const mistakes: Mistake[] = []
  if (others.some(({ id }) => id === rule.id)) {
    mistakes.push({
      place: placeOf(['id']),
      found: `${quote(rule.id)} is there twice`,
      remedy: 'give it another id',
    })
  }
  for (const channel of rule.notify.filter((name) => !channels.includes(name))) {
    const remedy = channels.length > 0 ? `channels are ${channels.join(', ')}` : 'describe it under channels'
    mistakes.push({ place: placeOf(['notify']), found: `there is no channel ${quote(channel)}`, remedy })
  }
  return mistakes
}
