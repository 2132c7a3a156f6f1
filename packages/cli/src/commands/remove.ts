import { safeText } from '@clew/otlp/text'
import { given, parseChoice, requireAll } from '@clew/settings'
import { applyChange } from '../add/change.ts'
import { type Located, locate } from '../add/located.ts'
import { managerNames } from '../add/package-manager.ts'
import { type Plan, planRemoval } from '../add/plan.ts'
import type { Command } from '../command.ts'
import { plural, print } from '../output.ts'
import { readWords } from '../read-words.ts'
import { endAs } from '../run/child.ts'
import { asJson } from './add.ts'

const options = {
  'package-manager': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

export const removeCommand: Command = {
  usage: `clew remove [folder] [options]

Takes the packages of Clew out of the package.json of the folder (default: this one) by its package manager, and the preload out of its
scripts. @opentelemetry/api goes where clew add brought it. Where something fails, package.json and lockfile are put back.

  clew remove
  clew remove apps/orders --dry-run

  --package-manager NAME  npm, pnpm, yarn or bun, where it cannot be told
  --dry-run               says what it would do, and changes nothing
  --json                  one JSON object: application, packageManager, packages, command, scripts, notes, dryRun
`,
  goesOn: () => true,
  async run(words) {
    const { values, positionals } = readWords(words, { command: 'clew remove', options, most: 1 })
    const { manager } = requireAll({
      manager: given('--package-manager', parseChoice(managerNames), values['package-manager']),
    })
    const located = locate(positionals[0] ?? '.', manager)
    const plan = planRemoval(located)
    const isDry = values['dry-run']
    const signal = isDry ? null : await applyChange({ ...located, ...plan })
    if (signal !== null) return endAs({ code: null, signal })
    if (values.json) await print(`${JSON.stringify(asJson(located, plan, { dryRun: isDry }))}\n`)
    else await print(conclusion(located, plan, isDry))
    return 0
  },
}

function conclusion(
  { application, manager }: Located,
  { packages, words, scripts }: Plan,
  isDry: boolean,
): string {
  if (words.length === 0 && scripts.length === 0) return `${safeText(application.path)} has nothing of Clew\n`
  const names = packages.map(({ name }) => name).join(', ')
  const lines = scripts.map(
    ({ name, from, to }) => `${isDry ? 'would change' : 'changed'} script ${name}: ${from} → ${to}`,
  )
  if (isDry && words.length > 0) lines.unshift(`would run: ${manager.name} ${words.join(' ')}`)
  else if (words.length > 0) lines.unshift(`removed ${plural(packages.length, 'package')}: ${names}`)
  if (!isDry)
    lines.push(
      'Where else @clew/node/register is named, as in a Dockerfile or NODE_OPTIONS, take it out by hand.',
    )
  return lines.map((line) => `${safeText(line)}\n`).join('')
}
