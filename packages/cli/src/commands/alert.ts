import type { Command } from '../command.ts'
import { checkRules } from './alert/check.ts'
import { testRules } from './alert/test.ts'

const jobs: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  check: checkRules,
  test: testRules,
}

export const alertCommand: Command = {
  name: 'alert',
  summary: 'checks alert rules, and tells what they would have told',
  usage: `clew alert check <alerts.yaml>
clew alert test <alerts.yaml> --replay FILE [options]

check   reads the rule file and says all that is wrong with it, each with its line, what was found and what to write.
test    runs the rules over a log that is there already, and prints the alerts that live would have given, with the same
        ids, and for each rule how often it decided what. Time is that of the records; nothing is sent.

  --replay FILE   lines of JSON: OTLP JSON as a collector's file exporter writes it, or log objects as pino and winston
                  write them; "-" reads stdin
  --why           also each decision: fired, cooling, late, …; the last thousand
  --json          one JSON object an alert
`,
  run: async ([job, ...words]) => {
    const run = job === undefined || !Object.hasOwn(jobs, job) ? undefined : jobs[job]
    if (run !== undefined) return run(words)
    const what = job === undefined ? 'say what to do' : `there is no ${JSON.stringify(job)}`
    throw new Error(`${what}; write ${Object.keys(jobs).join(' or ')}`)
  },
}
