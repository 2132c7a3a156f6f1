import { safeText } from '@clew/otlp/text'
import { given, parseChoice, requireAll } from '@clew/settings'
import { applyChange } from '../add/change.ts'
import { type Located, locate, requireApplication } from '../add/located.ts'
import { managerNames } from '../add/package-manager.ts'
import { nextCommand, type Plan, planAddition } from '../add/plan.ts'
import type { Command } from '../command.ts'
import { plural, print } from '../output.ts'
import { readWords } from '../read-words.ts'
import { endAs } from '../run/child.ts'

const options = {
  write: { type: 'boolean', default: false },
  'package-manager': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

export const addCommand: Command = {
  usage: `clew add [folder] [options]

Reads the package.json of the folder (default: this one), names the packages of Clew that its libraries need, and installs them by
the package manager of the application: that of "packageManager" in package.json, of its lockfile, or of the root of its workspace.
Its last line is the command that shows the first chain. Where the installation fails, package.json and lockfile are put back.

  clew add
  clew add apps/orders --write
  clew add --dry-run --json

  --write                 puts the preload into the start script: node --require @clew/node/register app.js
  --package-manager NAME  npm, pnpm, yarn or bun, where it cannot be told
  --dry-run               says what it would do, and changes nothing
  --json                  one JSON object: application, packageManager, packages, command, scripts, notes, next, dryRun

clew remove undoes it.
`,
  goesOn: () => true,
  async run(words) {
    const { values, positionals } = readWords(words, { command: 'clew add', options, most: 1 })
    const { manager } = requireAll({
      manager: given('--package-manager', parseChoice(managerNames), values['package-manager']),
    })
    const located = locate(positionals[0] ?? '.', manager)
    requireApplication(located)
    const plan = planAddition(located, values.write)
    const isDry = values['dry-run']
    if (!values.json) await print(describe(located, plan))
    const signal = isDry ? null : await applyChange({ ...located, ...plan })
    if (signal !== null) return endAs({ code: null, signal })
    const next = nextCommand(located)
    if (values.json) await print(`${JSON.stringify(asJson(located, plan, { next, dryRun: isDry }))}\n`)
    else await print(`${conclusion(located, plan, isDry)}\nSee the first chain:\n\n  ${safeText(next)}\n`)
    return 0
  },
}

function describe({ application, manager }: Located, { packages }: Plan): string {
  const { json, directory } = application
  const width = Math.max(...packages.map(({ name }) => name.length))
  const rows = packages.map(({ name, gives, libraries, isThere }) => {
    const reason = libraries.length > 0 ? `${libraries.join(', ')}: ${gives}` : gives
    return `  ${name.padEnd(width)}  ${reason}${isThere ? ' (there already)' : ''}\n`
  })
  return `${safeText(json.name ?? 'an application without a name')} in ${safeText(directory)}, by ${manager.name} (${manager.because})\n\n${rows.join('')}\n`
}

function conclusion({ manager }: Located, { packages, words, scripts, notes }: Plan, isDry: boolean): string {
  const count = plural(packages.filter(({ isThere }) => !isThere).length, 'package')
  const lines = scripts.map(
    ({ name, from, to }) => `${isDry ? 'would change' : 'changed'} script ${name}: ${from} → ${to}`,
  )
  if (words.length === 0) lines.unshift('nothing to install')
  else if (isDry) lines.unshift(`would run: ${manager.name} ${words.join(' ')}`)
  else lines.unshift(`installed ${count}`)
  return [...lines, ...notes].map((line) => `${safeText(line)}\n`).join('')
}

/** What both commands print with `--json`. */
export function asJson({ application, manager }: Located, plan: Plan, more: object): object {
  const { packages, words, scripts, notes } = plan
  return {
    application: { name: application.json.name ?? null, directory: application.directory },
    packageManager: { name: manager.name, because: manager.because },
    packages,
    command: words.length === 0 ? null : [manager.name, ...words],
    ...{ scripts, notes },
    ...more,
  }
}
