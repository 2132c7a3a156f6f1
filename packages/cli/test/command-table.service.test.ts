import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadAll } from '../src/commands.ts'
import { completableOf, completionScript, shells } from '../src/completion-script.ts'
import { killAll, runClew, runOnTerminal, runUnread } from './clew-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-table-'))
afterAll(() => {
  killAll()
  rmSync(folder, { recursive: true })
})

const bin = join(import.meta.dirname, '../dist/bin.js')
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
const escapes = /\x1b/
const commands = await loadAll()
const names = commands.map(({ name }) => name)

/** A word that stands before the options of a command which has several jobs. */
const jobsOf = (command: (typeof commands)[number]): readonly string[] => {
  const { words } = completableOf(command)
  return command.name === 'alert' ? words : []
}

test('clew alone, --help and -h list every command in one form', async () => {
  const alone = await runClew([])
  expect(alone).toMatchObject({ code: 0, stderr: '' })
  for (const { name, summary } of commands) expect(alone.stdout).toContain(`  ${name.padEnd(12)}${summary}\n`)
  expect(await runClew(['--help'])).toEqual(alone)
  expect(await runClew(['-h'])).toEqual(alone)
  expect(new Set(names).size).toBe(names.length)
})

describe.each(commands.map((command) => ({ name: command.name, command })))(
  'clew $name',
  ({ name, command }) => {
    const { flags } = completableOf(command)

    test('--help and -h print its usage on stdout, alike in a pipe, on a terminal and by the variables of colours', async () => {
      const help = { code: 0, stdout: command.usage, stderr: '' }
      for (const env of [{}, { NO_COLOR: '1' }, { FORCE_COLOR: '1' }])
        expect(await runClew([name, '--help'], env)).toEqual(help)
      expect(await runClew([name, '-h'])).toEqual(help)
      const seen = await runOnTerminal([name, '--help'])
      expect([seen.code, seen.stdout.replaceAll('\r', ''), escapes.test(seen.stdout)]).toEqual([
        0,
        command.usage,
        false,
      ])
    })

    test('its usage begins with its name, tells it in lines of a terminal, and has an example or an option', () => {
      expect(command.usage).toMatch(new RegExp(`^clew ${name}[ \\n]`))
      expect(command.usage.endsWith('\n')).toBe(true)
      expect(command.usage.split('\n').filter((line) => line.length > 140)).toEqual([])
    })

    test('--help into a pipe that is closed ends without a word', async () => {
      expect(await runUnread([name, '--help'])).toEqual({ code: 0, stdout: '', stderr: '' })
    })

    test.each([...jobsOf(command), ''])(
      'a wrong option, behind %j, is one line with its remedy, and code 2',
      async (job) => {
        const words = [name, ...(job ? [job] : []), '--no-such-option-at-all']
        if (name === 'alert' && !job) return
        const { code, stdout, stderr } = await runClew(words)
        expect([code, stdout]).toEqual([2, ''])
        expect(stderr).toMatch(/^clew \w+: --no-such-option-at-all: there is no such option; .*\n$/)
      },
    )

    /** What it says to a word, by each of its jobs: one of them has to know it. */
    const answers = async (...words: string[]): Promise<string[]> => {
      const jobs = jobsOf(command).length > 0 ? jobsOf(command) : ['']
      const ended = await Promise.all(jobs.map((job) => runClew([name, ...(job ? [job] : []), ...words])))
      expect(ended.map(({ stdout }) => stdout)).toEqual(jobs.map(() => ''))
      return ended.filter(({ code }) => code === 2).map(({ stderr }) => stderr)
    }

    const valued = flags.filter((flag) => flag.takesValue && !command.usage.includes(`${flag.name} [`))
    test.each(valued.map((flag) => flag.name))('%s wants a value, and says so', async (flag) => {
      expect(await answers(flag, '-x')).toContainEqual(
        expect.stringContaining(
          `: ${flag}: what follows looks like an option; write ${flag}=… if it is the value`,
        ),
      )
    })

    const switches = flags.filter((flag) => !flag.takesValue && !['--help', '-f'].includes(flag.name))
    test.each(switches.map((flag) => flag.name))('%s takes no value, and says so', async (flag) => {
      expect(await answers(`${flag}=1`)).toContainEqual(
        expect.stringContaining(`: ${flag}: it takes no value; write ${flag} alone`),
      )
    })
  },
)

test.each([
  [['--no-such'], 'option'],
  [['no-such'], 'command'],
  [['help'], 'command'],
  [['__proto__'], 'command'],
  [[''], 'command'],
])('%j is refused with the list, and code 2', async (words, what) => {
  const { code, stdout, stderr } = await runClew(words)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(new RegExp(`^clew: no ${what} "${words[0]}"\\n\\nclew <command>`))
})

describe('completion', () => {
  const check: Record<(typeof shells)[number], string[]> = {
    bash: ['bash', '-n'],
    zsh: ['zsh', '-n'],
    fish: ['fish', '--no-execute'],
  }

  test.each(shells)(
    'the script of %s has every command and each of its options, and is what the command prints',
    async (shell) => {
      const script = completionScript(shell, commands)
      for (const { name, flags } of commands.map(completableOf)) {
        expect(script).toContain(name)
        for (const flag of flags)
          expect(script).toContain(shell === 'fish' ? flag.name.replace(/^--?/, ' ') : flag.name)
      }
      expect(await runClew(['completion', shell])).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringContaining(script.slice(0, 20)),
      })
      const [program, ...words] = check[shell]
      const file = join(folder, shell)
      writeFileSync(file, script)
      const { error, status, stderr } = spawnSync(program!, [...words, file], { encoding: 'utf8' })
      if (error !== undefined && shell !== 'bash')
        return console.log(`${shell} is not installed: its script is not read by it`)
      expect([status, stderr]).toEqual([0, ''])
    },
  )

  const complete = (line: string): string[] => {
    const words = line.split(' ')
    const program = `eval "$('${process.execPath}' '${bin}' completion bash)"
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}
_clew; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = spawnSync('bash', ['-c', program], { encoding: 'utf8' })
    return stdout.split('\n').filter((word) => word !== '')
  }

  test('bash completes commands, words and options', () => {
    expect(complete('clew re')).toEqual(['remove'])
    expect(complete('clew ')).toEqual([...names, '--help', '--version'])
    expect(complete('clew completion ')).toEqual([...shells])
    expect(complete('clew alert ')).toEqual(['check', 'test', 'run'])
    expect(complete('clew add --')).toEqual(['--write', '--package-manager', '--dry-run', '--json', '--help'])
    expect(complete('clew run --no')).toEqual(['--no-open'])
    expect(complete('clew desk --data ')).toEqual([])
  })
})
