import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished, keptFolder } from './test-cache.ts'

/** Why there are no virtual environments here, with the remedy; undefined: Python can make them. */
export function pythonProblem(): string | undefined {
  const { error, status, stdout } = spawnSync('python3', ['-c', question], { encoding: 'utf8' })
  if (error) return 'no python3: install Python 3.10 or later, with venv (apt-get install python3-venv)'
  if (status !== 0) return 'python3 cannot make virtual environments: apt-get install python3-venv'
  const [major, minor] = stdout.trim().split('.').map(Number) as [number, number]
  if (major === 3 && minor >= 10) return undefined
  return `python3 is Python ${stdout.trim()}: install 3.10 or later`
}

/** pip comes into a virtual environment by ensurepip, which Debian has in a package of its own. */
const question = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])'

/**
 * A virtual environment with what a requirements.txt names, made once: a minute, more on a busy machine. Gives its folder with
 * executables; rejects when there is no Python, or when pip cannot fetch.
 */
export async function pythonPackages(requirements: string): Promise<string> {
  const problem = pythonProblem()
  if (problem !== undefined) throw new Error(problem)
  const version = spawnSync('python3', ['-VV'], { encoding: 'utf8' }).stdout
  const hash = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex')
  const folder = await keptFolder(`python-${hash.slice(0, 12)}`, async (fresh, folder) => {
    const made = join(fresh, 'made')
    await finished(spawn('python3', ['-m', 'venv', made]))
    // The file names everything that is wanted.
    const words = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', requirements]
    const python = join(made, 'bin', 'python')
    await finished(spawn(python, words))
    // An older Python may want more than the one that it was written with.
    await finished(spawn(python, ['-m', 'pip', 'check']))
    moveScripts(made, folder)
    return made
  })
  return join(folder, 'bin')
}

/** Scripts of a virtual environment begin with the path of their Python. */
function moveScripts(from: string, to: string): void {
  for (const file of globSync(join(from, 'bin', '*'), { withFileTypes: true })) {
    if (!file.isFile()) continue
    const path = join(file.parentPath, file.name)
    const script = readFileSync(path, 'utf8')
    if (script.startsWith(`#!${from}`)) writeFileSync(path, script.replaceAll(from, to))
  }
}
