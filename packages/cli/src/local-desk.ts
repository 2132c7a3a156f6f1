import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { isAbsolute, join, sep } from 'node:path'

/** Where a desk keeps its data unless it is told. https://specifications.freedesktop.org/basedir-spec/latest/ */
export function defaultDirectory(): string {
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA || homedir(), 'clew', 'desk')
  const { XDG_STATE_HOME: state = '' } = process.env
  // One that is empty or relative says nothing, by the specification.
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'clew', 'desk')
}

/** A path as it is shown. */
export function displayed(path: string): string {
  const home = homedir()
  return path === home || path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path
}

/** Opens a page; `failed` hears that it could not. */
export function openBrowser(url: string, failed: () => void): void {
  const commands: Record<string, [string, string[]]> = {
    darwin: ['open', [url]],
    win32: ['cmd', ['/c', 'start', '""', url]],
  }
  const [command, words] = commands[process.platform] ?? ['xdg-open', [url]]
  const child = spawn(command, words, { stdio: 'ignore', detached: true })
  child.once('error', failed)
  child.unref()
}
