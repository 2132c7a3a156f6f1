import { parentPort, workerData } from 'node:worker_threads'
import { createOpenSegments } from '../query/open-segments.ts'
import { queries } from '../query/queries.ts'
import { createStop } from '../query/stop.ts'
import { isStoreError } from '../schema/store-error.ts'
import type { FromReader, ToReader } from './thread.ts'

const port = parentPort!
const say = (message: FromReader, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)
const cancelled = workerData as Int32Array
let running = 0
const stop = createStop(() => Atomics.load(cancelled, 0) === running)
const segments = createOpenSegments((path) => say({ kind: 'damaged', path }), stop)
const encoder = new TextEncoder()

function answer({ id, name, parameters }: Extract<ToReader, { kind: 'query' }>): void {
  running = id
  stop.begin()
  try {
    const result = queries[name](segments, parameters)
    const json = result instanceof Uint8Array ? result : encoder.encode(JSON.stringify(result))
    say({ kind: 'answer', id, json }, [json.buffer as ArrayBuffer])
  } catch (error) {
    const code = isStoreError(error) ? error.code : 'internal'
    say({ kind: 'failure', id, code, message: error instanceof Error ? error.message : String(error) })
  }
}

port.on('message', (message: ToReader) => {
  if (message.kind === 'query') return answer(message)
  segments.use(message.paths)
  say({ kind: 'open', paths: message.paths })
})
