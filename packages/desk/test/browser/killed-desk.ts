import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A desk as a process of its own, which can be killed and started again on its port with its data. */
export type KilledDesk = {
  url: string
  kill(): Promise<void>
  /** `token`: what one must know from now on to read. */
  start(token?: string): Promise<void>
}

/** Keeps its data in `directory`. End it by `kill`. */
export async function startKilledDesk(directory: string): Promise<KilledDesk> {
  const file = join(import.meta.dirname, '../fixtures/desk-with-page.ts')
  let child: ChildProcess | undefined
  const desk: KilledDesk = {
    url: '',
    async start(token = '') {
      const port = desk.url === '' ? '0' : new URL(desk.url).port
      child = spawn(process.execPath, [file, directory, port, token], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = await once(child.stdout!, 'data')
      desk.url = String(line).trim()
    },
    async kill() {
      if (child?.kill('SIGKILL')) await once(child, 'exit')
      child = undefined
    },
  }
  await desk.start()
  return desk
}
