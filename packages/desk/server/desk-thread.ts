import { parentPort, workerData } from 'node:worker_threads'
import { type Desk, type DeskOptions, runDesk } from './run-desk.ts'

export type ToDesk = { kind: 'close' }

export type FromDesk =
  | { kind: 'report'; message: string }
  | { kind: 'failed'; message: string }
  | ({ kind: 'listens' } & Pick<Desk, 'url' | 'grpc'>)

const port = parentPort!
const say = (message: FromDesk): void => port.postMessage(message)

try {
  const desk = await runDesk({
    ...(workerData as Omit<DeskOptions, 'report'>),
    report: (message) => say({ kind: 'report', message }),
  })
  port.once('message', async (_: ToDesk) => {
    await desk.close()
    port.close()
  })
  say({ kind: 'listens', url: desk.url, grpc: desk.grpc })
} catch (error) {
  say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  port.close()
}
