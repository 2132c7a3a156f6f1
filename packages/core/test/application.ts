import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const core = fileURLToPath(new URL('..', import.meta.url))

/** A folder with an application in it, its packages and its copies of core. */
export type Application = {
  readonly folder: string
  write(path: string, content: string | object): void
  /** Puts a copy of the built core into `node_modules` below `folder`. */
  installCore(folder?: string): void
  /** Runs node there; gives what it prints, as JSON, and its stderr. */
  run(...args: string[]): { printed: unknown; stderr: string }
  remove(): void
}

export function makeApplication(): Application {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'clew-core-')))
  return {
    folder,
    write: (path, content) => {
      const filename = join(folder, path)
      mkdirSync(dirname(filename), { recursive: true })
      writeFileSync(filename, typeof content === 'string' ? content : JSON.stringify(content))
    },
    installCore: (below = '.') => {
      const target = join(folder, below, 'node_modules/@clew/core')
      for (const part of ['package.json', 'bundle'])
        cpSync(join(core, part), join(target, part), { recursive: true })
    },
    run: (...args) => runNode(folder, args),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

function runNode(cwd: string, args: string[]): { printed: unknown; stderr: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return { printed: JSON.parse(stdout), stderr }
}
