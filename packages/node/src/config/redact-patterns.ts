import { examinePattern, type OwnPattern, type RedactPattern, redactPatternNames } from '@clew/otlp'
import { type Fault, type Parse, printableValue, textOf, unusable, usable } from '@clew/settings'

/** What is cut by its shape. */
export type RedactPatterns = {
  patterns: readonly RedactPattern[]
  /** The user's own. */
  own: readonly OwnPattern[]
}

const names: readonly string[] = redactPatternNames
const remedy = `write all, any of ${names.join(', ')}, or name=/expression/`

/** A list of names and of own patterns, `name=/expression/flags`, whose commas part nothing. One with a fault is left out. */
export const parseRedactPatterns: Parse<RedactPatterns> = (raw) => {
  const words = wordsOf(raw)
  if (words === undefined) return unusable(`${printableValue(raw)} is not a list`, remedy)
  const faults: Fault[] = []
  const patterns = new Set<RedactPattern>()
  const own = new Map<string, OwnPattern>()
  for (const word of words) {
    if (typeof word !== 'string') faults.push({ found: `${printableValue(word)} is no pattern`, remedy })
    else if (word === 'all') for (const name of redactPatternNames) patterns.add(name)
    else if (names.includes(word)) patterns.add(word as RedactPattern)
    else {
      const read = readOwnPattern(word, own)
      if ('found' in read) faults.push(read)
      else own.set(read.name, read)
    }
  }
  return patterns.size + own.size === 0 && faults.length > 0
    ? { value: undefined, faults }
    : usable({ patterns: [...patterns], own: [...own.values()] }, faults)
}

const word = /\s*[\w-]+\s*=\s*\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])*\/\w*|[^,]+/gs

/** The words that are not empty. What is none, such as a map in a list, stays as it is. */
function wordsOf(raw: unknown): unknown[] | undefined {
  if (typeof raw === 'object' && !Array.isArray(raw)) return undefined
  const words: unknown[] = Array.isArray(raw) ? raw : (String(raw).match(word) ?? [])
  return words.map((one) => (typeof one === 'object' ? one : textOf(one))).filter((one) => one !== '')
}

const ownPattern = /^([a-z][a-z\d-]{0,31})\s*=\s*\/(.+)\/(\w*)$/s

function readOwnPattern(text: string, own: ReadonlyMap<string, OwnPattern>): OwnPattern | Fault {
  const [, name, source = '', flags = ''] = ownPattern.exec(text) ?? []
  if (name === undefined) return { found: `${printableValue(text, names)} is unknown`, remedy }
  if (name === 'key' || name === 'all' || names.includes(name) || own.has(name))
    return { found: `the name ${name} is taken`, remedy: 'give the pattern another one' }
  const fault = examinePattern({ source, flags })
  return fault === undefined
    ? { name, source, flags }
    : { found: `${name}: ${fault.found}`, remedy: fault.remedy }
}
