// Runs the test suite of another project without and with Clew and prints what differs; CONTRIBUTING.md says how.
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { startOtlpReceiver } from '@clew/testing'
import { compareOutcomes, type Outcomes, readOutcomes } from './foreign-suites/outcomes.ts'

const usage =
  'usage: node scripts/foreign-suites.ts [--rounds 2] [--in-span] [--show] <folder> -- <command that prints each test>'

type Run = { code: number | null; outcomes: Outcomes; reports: string[]; output: string }

const end = process.argv.indexOf('--', 2)
const { values, positionals } = parseArgs({
  args: process.argv.slice(2, end < 0 ? undefined : end),
  options: {
    rounds: { type: 'string', default: '1' },
    'in-span': { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const [folder] = positionals
const command = end < 0 ? [] : process.argv.slice(end + 1)
if (!folder || command.length === 0) {
  console.error(usage)
  process.exit(2)
}

const receiver = await startOtlpReceiver()
const preload = join(import.meta.dirname, 'foreign-suites/preload.cjs')
const tracedEnv = {
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(preload)}`,
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  CLEW_QUIET: 'true',
  ...(values['in-span'] ? { FOREIGN_SUITE_IN_SPAN: 'true' } : {}),
}

let isDifferent = false
for (let round = 1; round <= Number(values.rounds); round++) {
  const bare = await run({})
  const traced = await run(tracedEnv)
  report(round, bare, traced)
}
await receiver.close()
process.exitCode = isDifferent ? 1 : 0

async function run(env: Record<string, string>): Promise<Run> {
  const [file = '', ...args] = command
  const child = spawn(file, args, {
    cwd: resolve(folder!),
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const code = new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done))
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), code])
  const reports = `${output}\n${errors}`.match(/\[clew\] CLEW_\w+: .*/g) ?? []
  if (values.show) process.stdout.write(output + errors)
  return { code: await code, outcomes: readOutcomes(output), reports: [...new Set(reports)], output }
}

function report(round: number, bare: Run, traced: Run): void {
  const differences = compareOutcomes(bare.outcomes, traced.outcomes)
  const number = [...bare.outcomes.values()].flat().length
  const facts = [
    ...differences.map(({ test, bare, traced }) => `${test}: ${bare} → ${traced}`),
    ...traced.reports,
    ...(bare.code === traced.code ? [] : [`exit code: ${bare.code} → ${traced.code}`]),
    ...(number > 0 ? [] : [`no test was read in\n${bare.output.slice(-2000)}`]),
  ]
  console.log(
    `round ${round}: ${number} results, ${receiver.spans.length} spans, ${facts.length} differences`,
  )
  for (const fact of facts) console.log(`  ${fact}`)
  isDifferent ||= facts.length > 0
  receiver.clear()
}
