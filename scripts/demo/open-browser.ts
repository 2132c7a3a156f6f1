import { spawn } from 'node:child_process'

/** Opens an address in the browser of the desktop, where there is one. */
export function openBrowser(url: string): void {
  const commands: Record<string, [string, string[]]> = {
    darwin: ['open', [url]],
    win32: ['cmd', ['/c', 'start', '""', url]],
  }
  const [command, words] = commands[process.platform] ?? ['xdg-open', [url]]
  const child = spawn(command, words, { stdio: 'ignore', detached: true })
  child.once('error', () => {})
  child.unref()
}
