import { type PatternTree, readPattern } from './pattern-tree.ts'
import { redacted } from './redaction.ts'
import type { Scan } from './scan.ts'

/** A pattern of the user's own: a regular expression, whose secrets are counted by its name. */
export type OwnPattern = { name: string; source: string; flags: string }

/** Why a pattern cannot be used, and what to do about it. */
export type PatternFault = { found: string; remedy: string }

/** In how many ways a pattern may be tried from one place on. */
const maxWays = 256
/** Characters that it may read from one place on, in all its ways together, to know that it does not match. */
const maxRead = 2048

/**
 * Undefined for a pattern that can be used. V8 tries each way in which an expression may match, one after the other, and a text
 * that somebody sends must not make that last. So the ways are counted, and what has no bound, or one above 256, is refused.
 * Never throws.
 */
export function examinePattern({ source, flags }: Omit<OwnPattern, 'name'>): PatternFault | undefined {
  if (!/^[imsu]*$/.test(flags))
    return { found: 'its flags are not all known', remedy: 'write any of i, m, s and u' }
  try {
    new RegExp(source, flags)
  } catch {
    return { found: 'it is no regular expression', remedy: 'correct it' }
  }
  const faults: PatternFault[] = []
  const tree = readPattern(source, /u/.test(flags))
  const { ways, least, reads } = costOf(tree, true, (fault) => faults.push(fault))
  if (faults.length > 0) return faults[0]
  if (least === 0) return { found: 'it may match nothing at all', remedy: 'say what must be there' }
  if (ways <= maxWays && reads <= maxRead) return undefined
  return {
    found: ways > maxWays ? `it can match in ${tell(ways)} ways` : `it reads ${tell(reads)} characters`,
    remedy: `write shorter repetitions: ${maxWays} ways and ${maxRead} characters are the most`,
  }
}

function tell(count: number): string {
  return count > 1e6 ? 'millions of' : String(count)
}

/**
 * The ways in which a part may be tried, the UTF-16 units that it must have, and those that it reads in all its ways: what follows
 * is read again for each way of what stands before.
 */
type Cost = { ways: number; least: number; reads: number }

const nothing: Cost = { ways: 1, least: 0, reads: 0 }
const character: Cost = { ways: 1, least: 1, reads: 1 }

/** `isLast`: nothing stands behind that could fail, so that no other way is tried. */
function costOf(tree: PatternTree, isLast: boolean, refuse: (fault: PatternFault) => void): Cost {
  switch (tree.type) {
    case 'one':
      return character
    case 'none':
      return nothing
    case 'backreference':
      refuse({ found: 'it looks back at what it has matched', remedy: 'write what it must be a second time' })
      return nothing
    case 'look':
      return { ...costOf(tree.part, false, refuse), least: 0 }
    case 'choice': {
      const costs = tree.parts.map((part) => costOf(part, isLast, refuse))
      return {
        ways: costs.reduce((sum, { ways }) => sum + ways, 0),
        least: Math.min(...costs.map(({ least }) => least)),
        reads: costs.reduce((sum, { reads }) => sum + reads, 0),
      }
    }
    case 'sequence':
      return tree.parts
        .map((part, index) => costOf(part, isLast && index === tree.parts.length - 1, refuse))
        .reduce(follow, nothing)
    default:
      return costOfRepeat(tree, isLast, refuse)
  }
}

function follow(first: Cost, second: Cost): Cost {
  return {
    ways: first.ways * second.ways,
    least: first.least + second.least,
    reads: first.reads + first.ways * second.reads,
  }
}

function costOfRepeat(
  { part, from, to, text }: PatternTree & { type: 'repeat' },
  isLast: boolean,
  refuse: (fault: PatternFault) => void,
): Cost {
  const { ways, least, reads } = costOf(part, false, refuse)
  const isOpen = to === Number.POSITIVE_INFINITY
  if (isOpen && !(isLast && ways === 1 && least > 0))
    refuse({
      found: `${JSON.stringify(text)} has no end`,
      remedy: 'write how often at most, such as {1,64} for +; only the last part needs none',
    })
  const times = isOpen ? from : to
  // From the last one on the longest is taken, and that is it.
  if (ways === 1) return { ways: isLast ? 1 : times - from + 1, least: least * from, reads: reads * times }
  let [sum, all] = [0, 0]
  for (let count = 0; count <= times && sum <= maxWays ** 4; count++) {
    if (count >= from) sum += ways ** count
    if (count < times) all += reads * ways ** count
  }
  return { ways: sum, least: least * from, reads: all }
}

/** Cuts behind another scan what the patterns match, one after the other; what is cut already is not looked at. */
export function addOwnPatterns(
  scan: Scan,
  patterns: readonly OwnPattern[],
  count: (name: string) => void,
): Scan {
  if (patterns.length === 0) return scan
  const compiled = patterns.map(({ name, source, flags }) => ({
    pattern: new RegExp(source, `${flags}g`),
    cut: () => {
      count(name)
      return redacted
    },
  }))
  return (text, isId) =>
    compiled.reduce((left, { pattern, cut }) => replaceBetween(left, pattern, cut), scan(text, isId))
}

function replaceBetween(text: string, pattern: RegExp, cut: () => string): string {
  if (!text.includes(redacted)) return text.replace(pattern, cut)
  return text
    .split(redacted)
    .map((part) => part.replace(pattern, cut))
    .join(redacted)
}
