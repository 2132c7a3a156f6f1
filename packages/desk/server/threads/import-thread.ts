import { parentPort } from 'node:worker_threads'
import { importFile } from '../import/import-file.ts'
import { importLimits } from '../schema/limits.ts'
import { isStoreError } from '../schema/store-error.ts'
import type { FromImport, ToImport } from './thread.ts'

/** Batches that wait for their commit. */
const maxWaiting = 4

const port = parentPort!
const say = (message: FromImport, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

/** A file as it comes. */
class Coming {
  readonly id: number
  sentBytes = 0
  readonly #chunks: (Buffer | undefined)[] = []
  #waiting = 0
  #wake: (() => void) | undefined

  constructor(id: number) {
    this.id = id
  }

  hear(message: ToImport): void {
    if (message.kind === 'chunk') {
      this.sentBytes += message.bytes.length
      this.#chunks.push(Buffer.from(message.bytes.buffer))
    } else if (message.kind === 'end') this.#chunks.push(undefined)
    else this.#waiting--
    this.#wake?.()
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      while (this.#chunks.length === 0) await this.#news()
      const chunk = this.#chunks.shift()
      if (chunk === undefined) return
      yield chunk
      say({ id: this.id, kind: 'more' })
    }
  }

  sent(): void {
    this.#waiting++
  }

  async ready(): Promise<void> {
    while (this.#waiting >= maxWaiting) await this.#news()
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

async function read(file: Coming): Promise<void> {
  const { id } = file
  try {
    const report = await importFile({
      chunks: file.chunks(),
      sentBytes: () => file.sentBytes,
      send(batch) {
        file.sent()
        const bytes = new Uint8Array(batch.bytes)
        say({ id, kind: 'batch', ...batch, bytes }, [bytes.buffer])
      },
      ready: () => file.ready(),
      limits: importLimits,
      now: Date.now,
    })
    say({ id, kind: 'done', ...report })
  } catch (error) {
    const code = isStoreError(error) ? error.code : 'internal'
    say({ id, kind: 'failed', code, message: error instanceof Error ? error.message : String(error) })
  }
}

let file = new Coming(0)

port.on('message', (message: ToImport) => {
  // What still comes of a file that failed is passed over.
  if (message.id < file.id) return
  if (message.id > file.id) {
    file = new Coming(message.id)
    void read(file)
  }
  file.hear(message)
})
