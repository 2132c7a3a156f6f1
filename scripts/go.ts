import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { finished, keptFolder } from './test-cache.ts'

/** In which Go is found, also where it is not on the PATH. It fetches no other Go. */
export const goEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [process.env.PATH, '/usr/local/go/bin'].join(delimiter),
  GOTOOLCHAIN: 'local',
}

/** Whether Go 1.26 or later is there, by which servers of the tests are built. */
export function hasGo(): boolean {
  const { stdout } = spawnSync('go', ['version'], { env: goEnvironment, encoding: 'utf8' })
  return Number(/go1\.(\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= 26
}

/** Runs `go` with these words; rejects with what it printed when it fails. */
export function go(words: readonly string[], options: SpawnOptions = {}): Promise<void> {
  const { env, ...rest } = options
  return finished(spawn('go', words, { ...rest, env: { ...goEnvironment, ...env } }))
}

/** Without paths of this machine and without what a debugger reads. */
export const smallBuild: readonly string[] = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w']

/** Builds a program of a published module once, and gives its executable file. */
export async function builtProgram(
  name: string,
  { module, version, command }: { module: string; version: string; command: string },
): Promise<string> {
  const path = `${module}/${command}`
  const folder = await keptFolder(`${name}-${version}`, async (fresh) => {
    writeFileSync(join(fresh, 'go.mod'), `module clew/${name}\ngo 1.26\n`)
    // Not `go install`: it refuses modules that replace others.
    await go(['get', '-tool', `${path}@v${version}`], { cwd: fresh })
    await go([...smallBuild, '-o', name, path], { cwd: fresh })
    const made = join(fresh, 'made')
    mkdirSync(made)
    renameSync(join(fresh, name), join(made, name))
    return made
  })
  return join(folder, name)
}
