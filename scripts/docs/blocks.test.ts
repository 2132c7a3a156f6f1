import { execFileSync, spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readAlertsFile } from '../../packages/alert/src/run/alerts-file.ts'
import { configurableOf } from '../../packages/node/src/destinations/open-exporters.ts'
import { read, readOtel } from '../../packages/node/test/config-rig.ts'
import { publishedPackages } from '../packages.ts'
import { type CodeBlock, codeBlocks } from './code-blocks.ts'
import { readPage, typeErrors } from './typed-blocks.ts'

// What is written in code in the documentation, language by language. Pages whose commands are run by a test of their own (backends, the skill,
// the chains of examples, redaction) are among them all the same.

const pages = globSync(
  [
    ...['*.md', 'docs/{guide,reference,frameworks,zh}/*.md', 'examples/*/README.md'],
    ...['packages/*/README.md', 'packages/{loggers,servers,queues,databases,exporters}/*/README.md'],
    'packages/node/skills/*/SKILL.md',
  ],
  { cwd: join(import.meta.dirname, '../..') },
).toSorted()

type Placed = CodeBlock & { page: string; place: string }

const blocks: Placed[] = pages.flatMap((page) =>
  codeBlocks(readPage(page)).map((block) => ({ ...block, page, place: `${page}:${block.line}` })),
)
const inLanguage = (...languages: string[]): Placed[] =>
  blocks.filter((one) => languages.includes(one.language))

test('each block is in a language that is checked here, or none', () => {
  const checked = ['js', 'ts', 'yaml', 'json', 'sh', 'sql', 'text', '']
  expect(blocks.filter(({ language }) => !checked.includes(language)).map(({ place }) => place)).toEqual([])
  expect(blocks.length).toBeGreaterThan(200)
})

test('JavaScript and TypeScript use our packages as their types want it', () => {
  const nameOf = ({ page, line }: Placed): string =>
    `${page.replaceAll('/', '+').replace(/\.md$/, '')}-${line}.ts`
  expect(
    typeErrors(inLanguage('js', 'ts').map((block) => ({ name: nameOf(block), text: block.text }))),
  ).toEqual([])
})

const ruleFileKeys = ['channels', 'rules', 'silences', 'mutes', 'inhibit', 'group', 'desk']
/** Files of other programs, by a key at their top: they are run elsewhere, or parsed alone. */
const foreignKeys = ['receivers', 'exporters', 'scrape_configs', 'services', 'processors']

/** What is wrong in a piece of YAML, whose kind its first keys say. */
function mistakesIn(text: string): readonly unknown[] {
  const [document] = parseAllDocuments(text)
  if (document!.errors.length > 0) return document!.errors.map(({ message }) => message)
  const value: unknown = document!.toJS()
  if (Array.isArray(value)) return mistakesIn(`rules:\n${text}`)
  const keys = Object.keys(value as object)
  if (keys.some((key) => foreignKeys.includes(key))) return []
  if (keys.includes('file_format')) return readOtel(text).problems
  if (keys.every((key) => ruleFileKeys.includes(key))) return mistakesInRules(text, value as RuleFile)
  // A rule without its frame, as the reference shows what a preset stands for.
  if (keys.includes('type')) return mistakesIn(`- id: shown\n${text.replace(/^/gm, '  ')}`)
  return read({}, text).problems.filter((problem) => !isKnownOption(problem))
}

/** The channels that a piece names and does not show are there, and so is the environment that it takes values from. */
function mistakesInRules(text: string, { rules = [], channels = {} }: RuleFile): readonly unknown[] {
  const absent = rules.flatMap(({ notify }) => notify ?? []).filter((name) => !(name in channels))
  const added = [...new Set(absent)]
    .map((name) => `  ${name}: { type: webhook, url: 'https://example.com' }\n`)
    .join('')
  const head = added && `channels:\n${added}`
  const whole = /^channels:\n/m.test(text)
    ? text.replace(/^channels:\n/m, `channels:\n${added}`)
    : head + text
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [
    name,
    name.includes('PASSWORD') ? 'p' : 'https://example.com/hook?key=k',
  ])
  return readAlertsFile(whole, 'alerts.yaml', Object.fromEntries(names)).mistakes
}

type RuleFile = { rules?: { notify?: string | string[] }[]; channels?: object }

/** Options that packages bring with them: `http.accessRecords`. */
const ofPackages = new Set(
  (
    await Promise.all(
      publishedPackages().map(async ({ directory }) => {
        const { clew } = JSON.parse(readPage(`${directory}/package.json`)) as {
          clew?: { instrumentation?: string; exporter?: string }
        }
        if (clew === undefined) return []
        const exported = (await import(join(import.meta.dirname, '../..', directory, 'src/index.ts')))[
          (clew.instrumentation ?? clew.exporter)!
        ]
        const { name, options = {} } = clew.exporter ? configurableOf(exported) : exported
        return Object.keys(options).map((option) => `${name}.${option}`)
      }),
    )
  ).flat(),
)

function isKnownOption(problem: string): boolean {
  const [, option] = /: ([\w.]+): nothing of that name can be configured/.exec(problem) ?? []
  return option !== undefined && ofPackages.has(option)
}

test.each(inLanguage('yaml'))('the YAML of $place is read without a word', ({ text }) => {
  expect(mistakesIn(text)).toEqual([])
})

test.each(inLanguage('json'))('the JSON of $place is read', ({ text }) => {
  const whole = (one: string): unknown => JSON.parse(one.replaceAll('…', ''))
  expect(() => (text.trim().includes('\n{') ? text.trim().split('\n').map(whole) : whole(text))).not.toThrow()
})

const packages = new Set(publishedPackages().map(({ name }) => name))

/** Options of `clew` and its sub-commands that a line gives, and that their `--help` does not have. */
function unknownOptions(line: string): string[] {
  const words = /(?:^|[\s|(&])(?:npx )?clew ((?:[a-z]+ ?)+)(.*)/.exec(line)
  if (words === null || /^(?:-y|run)/.test(words[1]!)) return []
  const [, names, rest] = words as unknown as [string, string, string]
  const given = [...rest.split(/ #| \|/)[0]!.matchAll(/(?:^|\s)(--?[a-z][\w-]*)/g)].map(
    ([, option]) => option!,
  )
  return given.filter((option) => option !== '--help' && !helpOf(names.trim().split(' ')).includes(option))
}

const helps = new Map<string, string>()

function helpOf(names: string[]): string {
  const bin = join(import.meta.dirname, '../../packages/cli/dist/bin.js')
  for (const words of [names.slice(0, 2), names.slice(0, 1)]) {
    const key = words.join(' ')
    if (!helps.has(key)) {
      const { stdout, status } = spawnSync(process.execPath, [bin, ...words, '--help'], { encoding: 'utf8' })
      helps.set(key, status === 0 ? stdout : '')
    }
    if (helps.get(key) !== '') return helps.get(key)!
  }
  throw new Error(`clew ${names.join(' ')}: there is no such command`)
}

test.each(inLanguage('sh'))(
  'the commands of $place are such as a shell takes, with packages and options that there are',
  ({ text }) => {
    execFileSync('bash', ['-n'], { input: text.replace(/<[\w ]+>/g, 'x').replaceAll('…', 'x') })
    const named = text.match(/@clew\/[a-z][\w-]*/g) ?? []
    expect(named.filter((name) => !packages.has(name))).toEqual([])
    expect(text.split('\n').flatMap(unknownOptions)).toEqual([])
  },
)
