import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { printableReason } from '@clew/settings'

/** What rules run by. */
export type FoundAlerts = {
  /** As it is called in messages. */
  path: string
  text: string
  /** The main file of @clew/alert. */
  packageFile: string
}

/**
 * The rule file, and the package that reads it: that of the application, else one that Node.js finds from here. Or why there are
 * no alerts, with the remedy. Loads nothing. Never throws.
 */
export function findAlerts(path: string, directory: string, workingDirectory: string): FoundAlerts | string {
  const packageFile = resolveFrom(join(directory, 'package.json')) ?? resolveFrom(import.meta.url)
  if (packageFile === undefined)
    return 'CLEW_ALERTS: the package that reads rules is missing; run npm install @clew/alert; in force: no alerts'
  try {
    const text = readFileSync(isAbsolute(path) ? path : join(workingDirectory, path), 'utf8')
    return { path, text, packageFile }
  } catch (error) {
    return `CLEW_ALERTS: the rule file cannot be read: ${printableReason(error)}; in force: no alerts`
  }
}

function resolveFrom(place: string): string | undefined {
  try {
    return createRequire(place).resolve('@clew/alert')
  } catch {
    return undefined
  }
}
