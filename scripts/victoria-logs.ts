import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtProgram } from './go.ts'
import { ended, freePort, reachable, type Service } from './services.ts'

export const victoriaLogsVersion = '1.52.1'

/** Builds it once, in less than a minute, and gives its executable file. */
export function buildVictoriaLogs(): Promise<string> {
  const module = 'github.com/VictoriaMetrics/VictoriaLogs'
  return builtProgram('victoria-logs', { module, version: victoriaLogsVersion, command: 'app/victoria-logs' })
}

/** A VictoriaLogs on a free port, with its data in a temporary folder; needs Go 1.26 unless it was built before. */
export async function startVictoriaLogs(): Promise<Service> {
  const [command, port] = [await buildVictoriaLogs(), await freePort()]
  const directory = mkdtempSync(join(tmpdir(), 'clew-victoria-logs-'))
  const address = `127.0.0.1:${port}`
  const words = [`-httpListenAddr=${address}`, `-storageDataPath=${directory}`]
  const server = spawn(command, words, { stdio: 'ignore' })
  await reachable(port, server)
  const stop = async (): Promise<void> => {
    await ended(server)
    rmSync(directory, { recursive: true })
  }
  return { url: `http://${address}`, stop }
}
