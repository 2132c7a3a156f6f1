import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

type Step = {
  name: string
  command: string
  args: string[]
  /** What to do when it fails, where what it prints does not say so. */
  remedy?: string
  /** Its output is worth a look when it passes as well. */
  isTelling?: boolean
}

const house = (name: string, check: string): Step => ({
  name,
  command: 'node',
  args: ['scripts/check/check-house.ts', check],
  isTelling: true,
})

/** The declarations that this step writes are read by the others. */
const first: Step = { name: 'types of packages', command: 'tsc', args: ['-b'] }

const steps: Step[] = [
  { name: 'types of tests and scripts', command: 'tsc', args: ['-p', 'tsconfig.tests.json'] },
  {
    name: 'format, lint and dialect',
    command: 'biome',
    args: ['ci', '--colors=off', '.'],
    remedy: 'npm run format repairs format and imports',
  },
  {
    name: 'unused files, exports and dependencies',
    command: 'knip',
    args: ['--no-config-hints'],
    remedy: 'delete them; an entry that knip cannot see is named in knip.json',
  },
  { name: 'types of the page', command: 'tsc', args: ['-p', 'packages/desk/web'] },
  house('arrows between packages and rooms', 'arrows'),
  house('rings of files and folders', 'rings'),
  house('addresses as they are said', 'addresses'),
  house('docstrings of public names', 'docstrings'),
  house('sizes of files and functions', 'sizes'),
  house('generated documentation', 'generated'),
  house('packages as published', 'packages'),
  {
    name: 'public names',
    command: 'vitest',
    args: ['run', 'scripts/public-names.test.ts'],
    remedy: 'after a deliberate change: npx pnpm@12 exec vitest run scripts/public-names.test.ts -u',
  },
  { name: 'types of the example', command: 'tsc', args: ['-p', 'examples/orders'] },
]

/** Runs one step; one that passes prints one line, one that fails all it said. */
async function passes({ name, command, args, remedy, isTelling }: Step): Promise<boolean> {
  const beganMs = Date.now()
  const env = { ...process.env, NO_COLOR: '1' }
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  const ok = code === 0
  const seen = ok && isTelling ? `: ${out.trim()}` : ''
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - beganMs) / 1000).toFixed(1)} s)${seen}`)
  if (!ok) console.log([out.trimEnd(), err.trimEnd(), remedy && `→ ${remedy}`].filter(Boolean).join('\n'))
  return ok
}

/** Takes the next step until none is left. */
async function runLane(waiting: Step[]): Promise<number> {
  let failed = 0
  for (let step = waiting.shift(); step; step = waiting.shift()) if (!(await passes(step))) failed++
  return failed
}

const waiting = [...steps]
const failed = [await runLane([first]), ...(await Promise.all([runLane(waiting), runLane(waiting)]))]
const count = failed.reduce((sum, one) => sum + one, 0)
if (count > 0) {
  console.error(`${count} of ${steps.length + 1} checks failed`)
  process.exitCode = 1
}
