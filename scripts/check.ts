import { spawnSync } from 'node:child_process'
import { publishedPackages } from './packages.ts'

type Step = { name: string; command: string; args: string[]; directory?: string }

const steps: Step[] = [
  { name: 'format and lint', command: 'biome', args: ['ci', '--colors=off', '.'] },
  { name: 'types of packages', command: 'tsc', args: ['-b'] },
  { name: 'types of tests and scripts', command: 'tsc', args: ['-p', 'tsconfig.tests.json'] },
  { name: 'types of the page', command: 'tsc', args: ['-p', 'packages/desk/web'] },
  { name: 'types of the example', command: 'tsc', args: ['-p', 'examples/orders'] },
  { name: 'unused files, exports and dependencies', command: 'knip', args: ['--no-config-hints'] },
  { name: 'public names', command: 'vitest', args: ['run', 'scripts/public-names.test.ts'] },
  ...publishedPackages().flatMap(({ name, directory }) => [
    { name: `publint ${name}`, command: 'publint', args: ['--strict', '--pack', 'npm'], directory },
    {
      name: `attw ${name}`,
      command: 'attw',
      args: ['--pack', '.', '--profile', 'esm-only', '--quiet'],
      directory,
    },
  ]),
]

/** Runs one step; a step that passes prints one line, one that fails all it said. */
function passes({ name, command, args, directory = '.' }: Step): boolean {
  const beganMs = Date.now()
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8' })
  const ok = status === 0
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - beganMs) / 1000).toFixed(1)} s)`)
  if (!ok) console.log(stdout, stderr)
  return ok
}

const failed = steps.filter((step) => !passes(step))
if (failed.length > 0) {
  console.error(
    `${failed.length} of ${steps.length} checks failed; npm run format repairs format and imports`,
  )
  process.exitCode = 1
}
