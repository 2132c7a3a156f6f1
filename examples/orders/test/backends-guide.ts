import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type CodeBlock, codeBlocks } from '../../../scripts/docs/code-blocks.ts'

const page = readFileSync(new URL('../../../docs/guide/backends.md', import.meta.url), 'utf8')

/** All blocks of the guide, in their order. */
export const blocks: readonly CodeBlock[] = codeBlocks(page)

/** What the table says of each backend: `run here: 1.52.1`, or `configuration only` with its source. */
export const states: Readonly<Record<string, string>> = Object.fromEntries(
  [...page.matchAll(/^\| \[([^\]]+)\]\(#[^)]*\) +\| [^|]* \| (.*?) +\|$/gm)].map(([, name, state]) => [
    name,
    state,
  ]),
)

/** Of those below a title the first in that language that has this in it. Throws when there is none. */
export function blockOf(title: string, language: 'sh' | 'yaml', part = ''): string {
  const found = blocks.find(
    (block) => block.title === title && block.language === language && block.text.includes(part),
  )
  if (found === undefined) throw new Error(`backends.md has no ${language} with "${part}" below ${title}`)
  return found.text
}

/** Puts what a test has in the place of what a reader will have. Throws for a place that is not there. */
export function placed(text: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((rest, [usual, ours]) => {
    if (!rest.includes(usual)) throw new Error(`backends.md: there is no ${usual} in\n${text}`)
    return rest.replaceAll(usual, ours)
  }, text)
}

/** The variables that a shell has after a block, by a real one; `given` are those that the block refers to. */
export function environmentOf(
  block: string,
  given: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const words = ['-eu', '-c', `${block}\nexec "$NODE" -p 'JSON.stringify(process.env)'`]
  const env = { PATH: process.env.PATH, NODE: process.execPath, ...given }
  const all = JSON.parse(printedBy('sh', words, env)) as Record<string, string>
  return Object.fromEntries(Object.entries(all).filter(([name]) => /^(OTEL|CLEW)_/.test(name)))
}

/** What the commands of a block print. Throws when one of them fails. */
export function printedOf(block: string): string {
  return printedBy('sh', ['-eu', '-c', block], process.env)
}

function printedBy(command: string, words: string[], env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${words.at(-1)}: ${error?.message ?? stderr}`)
  return stdout
}
