import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { noSuchFolder } from '../add/application.ts'
import type { Command } from '../command.ts'
import { readWords } from '../read-words.ts'

export const doctorCommand: Command = {
  usage: `clew doctor [folder]

Looks at the application in the folder (default: this one) as the preload would: Node.js, packages found, the
versions they join, copies of the API, settings, and whether the OTLP endpoint is reachable. Changes nothing.
Exits with 1 when something has to change.
`,
  async run(words) {
    const { positionals } = readWords(words, { command: 'clew doctor', options: {}, most: 1 })
    const folder = resolve(positionals[0] ?? '.')
    // The one above it would be told of.
    if (!existsSync(folder)) throw noSuchFolder(folder)
    // Only here: the other commands need nothing of it.
    const { examine } = await import('@clew/node/doctor')
    const { report, healthy } = await examine(folder)
    process.stdout.write(report)
    return healthy ? 0 : 1
  },
}
