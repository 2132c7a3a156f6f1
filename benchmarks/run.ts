import { parseArgs } from 'node:util'
import { verdict } from './measure/format-results.ts'
import { failedResult, type Result } from './measure/result.ts'
import { writeResults } from './measure/results-files.ts'
import type { Row } from './measure/row.ts'
import { rows } from './rows/all.ts'

const usage = `npm run bench [-- row…] [-- --rounds N] [-- --quick]

Measures Clew beside its rivals and writes benchmarks/results.md and benchmarks/results.json. Without a name all
rows run, in about an hour and a half; leave the machine alone meanwhile. Rows that do not run keep their last results.

  --list       the rows
  --rounds N   how often each system is measured; the figures are medians
  --quick      one round, a tenth of the work, nothing written: shows that it runs, the figures say nothing
  --help       this text`

const beganMs = Date.now()

function say(text: string): void {
  console.log(`[bench +${((Date.now() - beganMs) / 1000).toFixed(0)} s] ${text}`)
}

function listRows(): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  return rows.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`).join('\n')
}

function requireRows(names: readonly string[]): readonly Row[] {
  const unknown = names.filter((name) => !rows.some((row) => row.name === name))
  if (unknown.length > 0) throw new Error(`no row named ${unknown.join(', ')}; there are\n${listRows()}`)
  return names.length === 0 ? rows : rows.filter(({ name }) => names.includes(name))
}

function requireRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds > 0) return rounds
  throw new Error(`--rounds ${text}: write a whole number from 1`)
}

async function runRow(row: Row, rounds: number, quick: boolean): Promise<Result[]> {
  try {
    return await row.run({ rounds, quick, say: (text) => say(`${row.name}: ${text}`) })
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return row.results.map((name) => failedResult(name, problem))
  }
}

function report(result: Result): void {
  const { name, unit, ours, rivals, ratio, goal, problems, notes } = result
  const others = Object.entries(rivals).map(([rival, figure]) => `${rival} ${figure}`)
  say(
    `${name}: ${ours ?? '–'} ${unit} | ${others.join(', ')} | ratio ${ratio ?? '–'} | ${goal} ${verdict(result)}`,
  )
  for (const problem of problems) say(`${name} FAILED: ${problem}`)
  for (const note of notes) say(`${name}: ${note}`)
}

/** Whether every row measured something. */
async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean' },
      help: { type: 'boolean' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
    },
  })
  if (values.help || values.list) {
    console.log(values.help ? `${usage}\n\nRows:\n${listRows()}` : listRows())
    return true
  }
  const chosen = requireRows(positionals)
  const rounds = requireRounds(values.rounds)
  const names = rows.flatMap(({ results }) => results)
  let failed = 0
  for (const row of chosen) {
    const results = await runRow(row, rounds ?? (values.quick ? 1 : row.rounds), values.quick)
    results.forEach(report)
    failed += results.filter(({ problems }) => problems.length > 0).length
    if (!values.quick) writeResults(results, names)
  }
  if (failed > 0) say(`${failed} results FAILED: what they measured did not work`)
  return failed === 0
}

let isGood = false
try {
  isGood = await main()
} catch (error) {
  console.error(`[bench] ${error instanceof Error ? error.message : error}`)
}
process.exitCode = isGood ? 0 : 1
