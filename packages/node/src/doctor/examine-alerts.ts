import { createRequire } from 'node:module'
import type * as AlertPackage from '@clew/alert'
import { formatMistake } from '@clew/settings'
import { findAlerts } from '../alerts/find-alerts.ts'
import type { Finding } from './examine.ts'

/** What the doctor finds of the rules that a process would run. Nothing when it runs none. */
export function examineAlerts(
  path: string | undefined,
  directory: string,
  workingDirectory: string,
): Finding[] {
  if (path === undefined) return []
  const problem = (text: string): Finding => ({ level: 'problem', topic: 'alerts', text })
  const found = findAlerts(path, directory, workingDirectory)
  if (typeof found === 'string') return [problem(found)]
  const { readAlertsFile } = createRequire(import.meta.url)(found.packageFile) as typeof AlertPackage
  const { file, mistakes } = readAlertsFile(found.text, path, process.env)
  const text = `${path}: ${file.rules.length} rules, ${file.channels.size} channels`
  return [
    { level: 'ok', topic: 'alerts', text },
    ...mistakes.map((mistake) => problem(formatMistake(mistake))),
  ]
}
