import { readFileSync } from 'node:fs'
import { type AlertsFile, readAlertsFile } from '@clew/alert'
import { formatMistake, quote } from '@clew/settings'
import { plural } from '../../output.ts'

/** Reads a rule file with what the environment has for it. Throws when it cannot be read. */
export function loadRuleFile(path: string | undefined): { file: AlertsFile; mistakes: string[] } {
  if (path === undefined) throw new Error('say which rule file, such as alerts.yaml')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${quote(path)} cannot be read: ${reason}`)
  }
  const { file, mistakes } = readAlertsFile(text, path, process.env)
  return { file, mistakes: mistakes.map(formatMistake) }
}

/** `3 rules and 1 channel` */
export function countOf(file: AlertsFile): string {
  return `${plural(file.rules.length, 'rule')} and ${plural(file.channels.size, 'channel')}`
}
