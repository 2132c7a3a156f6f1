import { execFile } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const version = '2.31.0'

/** What a system told of the lines of a file. */
export type Judged = {
  records: number
  cpuUs: number
  alerts: number
  /** Those that an alert was of. */
  services: string[]
}

/** A Python that has ElastAlert2; `note` says what is not as its authors want it. */
export type ElastAlert = { python: string; note: string }

/**
 * Makes a virtual environment with ElastAlert2 in `$XDG_CACHE_HOME/clew-bench` or `~/.cache/clew-bench`, once: pip takes some
 * minutes. Rejects with what Python or pip says when they cannot.
 */
export async function installElastAlert(say: (text: string) => void): Promise<ElastAlert> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clew-bench')
  const folder = join(cache, `elastalert2-${version}`)
  const python = join(folder, 'bin/python')
  const { system, number, isOld } = await findPython()
  const note = isOld ? `ElastAlert2 asks for Python 3.12; here it ran with ${number}` : `Python ${number}`
  if (await hasElastAlert(python)) return { python, note }
  say(`pip installs ElastAlert2 ${version} into ${folder}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  const options = isOld ? ['--ignore-requires-python'] : []
  await run(system, ['-m', 'venv', folder])
  await run(python, [...pip, ...options, `elastalert2==${version}`], { timeout: 15 * 60_000 })
  return { python, note }
}

async function findPython(): Promise<{ system: string; number: string; isOld: boolean }> {
  const found: { system: string; number: string; isOld: boolean }[] = []
  for (const system of ['python3', 'python3.14', 'python3.13', 'python3.12']) {
    const asked = await run(system, ['-c', 'import sys; print(*sys.version_info[:3])']).catch(() => undefined)
    if (!asked) continue
    const parts = asked.stdout.trim().split(' ')
    found.push({ system, number: parts.join('.'), isOld: parts[0] === '3' && Number(parts[1]) < 12 })
  }
  const best = found.find(({ isOld }) => !isOld) ?? found[0]
  if (best === undefined) throw new Error('there is no python3 on the PATH')
  return best
}

const hasElastAlert = (python: string): Promise<boolean> =>
  run(python, ['-c', 'import elastalert.ruletypes']).then(
    () => true,
    () => false,
  )

/** Feeds the lines of a file to one of its rule classes, in a process of its own. */
export async function judgeWithElastAlert(python: string, kind: string, path: string): Promise<Judged> {
  const script = join(import.meta.dirname, 'judge-lines.py')
  const { stdout } = await run(python, [script, kind, path], { maxBuffer: 16 * 1024 * 1024 })
  return JSON.parse(stdout) as Judged
}
