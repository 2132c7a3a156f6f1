import { readFileSync } from 'node:fs'
import { type AlertsFile, readAlertsFile } from '@clew/alert'
import { formatMistake } from '@clew/settings'

/** A rule file as it is in force. */
export type ReadRules = {
  file: AlertsFile
  readUnixMs: number
  /** What is wrong with the file, a line each. */
  mistakes: string[]
}

/** A rule file that may change under the desk. */
export type RuleFile = {
  /** What is in force now. */
  current(): ReadRules
  /** Looks at the file again; whether other rules are in force now. What cannot be used leaves the old ones as they are. */
  refresh(): boolean
}

type RuleFileOptions = {
  path: string | undefined
  env: Readonly<Record<string, string | undefined>>
  now(): number
  report(message: string): void
}

/**
 * Reads a rule file and tells what is wrong with it. Throws with one line when there is none that can be read. Without a path
 * there are no rules.
 */
export function openRuleFile({ path, ...options }: RuleFileOptions): RuleFile {
  if (path !== undefined) return openFile(path, options)
  const { file } = readAlertsFile('', '', {})
  const current = { file, readUnixMs: options.now(), mistakes: [] }
  return { current: () => current, refresh: () => false }
}

function openFile(path: string, { env, now, report }: Omit<RuleFileOptions, 'path'>): RuleFile {
  let text = textOf(path)
  let current = read(text)
  let isLost = false

  function read(text: string): ReadRules {
    const { file, mistakes } = readAlertsFile(text, path, env)
    return { file, readUnixMs: now(), mistakes: mistakes.map(formatMistake) }
  }

  function tell(what: string): void {
    for (const mistake of current.mistakes) report(mistake)
    report(`${path}: ${what}`)
  }

  function lookAgain(): string | undefined {
    try {
      const again = textOf(path)
      isLost = false
      return again
    } catch (error) {
      if (!isLost) report(`${(error as Error).message}; the rules that were read before stay in force`)
      isLost = true
      return undefined
    }
  }

  tell(countOf(current.file))
  return {
    current: () => current,
    refresh() {
      const again = lookAgain()
      if (again === undefined || again === text) return false
      text = again
      const fresh = read(text)
      if (fresh.mistakes.length > 0 && fresh.file.rules.length === 0) {
        current = { ...current, mistakes: fresh.mistakes }
        tell('it changed and has no rule that can be used; the ones before stay in force')
        return false
      }
      const changes = changesOf(current.file, fresh.file)
      current = fresh
      tell(`it changed: ${changes}; ${countOf(fresh.file)}`)
      return true
    },
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message}); give a file of rules`)
  }
}

function countOf({ rules, channels }: AlertsFile): string {
  const several = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  return `${several(rules.length, 'rule')} in force, ${several(channels.size, 'channel')}`
}

/** `added "a"; changed "b", "c"; removed "d"` */
function changesOf(before: AlertsFile, after: AlertsFile): string {
  const [old, fresh] = [byId(before), byId(after)]
  const named = (word: string, ids: readonly string[]): string[] =>
    ids.length === 0 ? [] : [`${word} ${ids.map((id) => JSON.stringify(id)).join(', ')}`]
  const ids = [...fresh.keys()]
  const parts = [
    ...named(
      'added',
      ids.filter((id) => !old.has(id)),
    ),
    ...named(
      'changed',
      ids.filter((id) => old.has(id) && old.get(id) !== fresh.get(id)),
    ),
    ...named(
      'removed',
      [...old.keys()].filter((id) => !fresh.has(id)),
    ),
  ]
  return parts.length === 0 ? 'the rules are the same, what is around them is new' : parts.join('; ')
}

function byId({ rules }: AlertsFile): Map<string, string> {
  return new Map(rules.map((rule) => [rule.id, JSON.stringify(rule)]))
}
