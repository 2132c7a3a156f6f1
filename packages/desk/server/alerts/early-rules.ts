import { type AlertsFile, readAlertsFile } from '@clew/alert'

/** Of the rule that a desk has where its file has none of type `early`. */
export const deskEarlyId = 'desk-early'

const builtIn = readAlertsFile(`rules: [{ id: ${deskEarlyId}, type: early, sure: 0.5 }]`, 'the desk', {}).file
  .rules

/** What runs: the rules of a file, and one that watches everything if none of them is of type `early`. */
export function withEarlyRule(file: AlertsFile): AlertsFile {
  const isWatched = file.rules.some(({ type, id }) => type === 'early' || id === deskEarlyId)
  return isWatched ? file : { ...file, rules: [...file.rules, ...builtIn] }
}
