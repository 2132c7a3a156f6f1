import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { sameInEachRun } from './chain-rows.ts'
import type { Example } from './start-example.ts'

const examples = join(import.meta.dirname, '../../examples')
const block = /```text\n(?<chain>[\s\S]*?)```/

/**
 * Sends requests all at once and wants each to become one chain: those of `shown` the one that the README of the example shows, the others the
 * one whose rows these are. With WRITE_CHAINS=1 the README gets what `clew chain` prints now.
 */
export async function expectChains(
  name: string,
  { ask, chain, printedChain }: Example,
  {
    shown,
    other,
  }: { shown: [line: string, status: number]; other: [line: string, status: number, rows: string[]] },
): Promise<void> {
  const [line, status] = shown
  const first = await ask(line)
  const readme = await shownChain(name, () => printedChain(first.requestId))
  await expect.poll(async () => sameInEachRun(await chain(first.requestId))).toEqual(sameInEachRun(readme))
  expect(sameInEachRun(await printedChain(first.requestId))).toEqual(sameInEachRun(readme))

  const lines = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? line : other[0]))
  const asked = await Promise.all(lines.map((one) => ask(one)))
  expect(asked.map((one) => one.status)).toEqual(lines.map((one) => (one === line ? status : other[1])))
  for (const [at, { requestId }] of asked.entries()) {
    const rows = async (): Promise<string[]> => sameInEachRun(await chain(requestId))
    if (lines[at] === line) await expect.poll(rows).toEqual(sameInEachRun(readme))
    else await expect.poll(async () => (await rows()).slice(1)).toEqual(other[2])
  }
}

/** The chain in the README of an example; with WRITE_CHAINS=1 it is what is printed now. */
export function shownChain(name: string, print: () => Promise<string>): Promise<string> | string {
  return process.env.WRITE_CHAINS ? writeChain(name, print) : readChain(name)
}

function readChain(name: string): string {
  const chain = block.exec(readFileSync(join(examples, name, 'README.md'), 'utf8'))?.groups?.chain
  if (chain) return chain
  throw new Error(`examples/${name}/README.md shows no chain; WRITE_CHAINS=1 and its test write it`)
}

/** Writes the chain once it no longer grows. */
async function writeChain(name: string, print: () => Promise<string>): Promise<string> {
  const path = join(examples, name, 'README.md')
  let printed = ''
  const isWhole = async (): Promise<boolean> => {
    const before = printed
    printed = await print()
    return printed !== '' && printed === before
  }
  await expect.poll(isWhole, { interval: 2_000 }).toBe(true)
  const readme = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    readme.replace(block, () => `\`\`\`text\n${printed}\`\`\``),
  )
  return printed
}
