import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Worker } from 'node:worker_threads'
import { shortText } from '@clew/otlp/text'
import type { ImportResult } from '../../../api/index.ts'
import { importLimits } from '../../schema/limits.ts'
import { storeError } from '../../schema/store-error.ts'
import { ImportClient } from '../../threads/import-client.ts'
import { ImportThreads } from '../../threads/import-threads.ts'
import type { Store } from '../../threads/store.ts'
import { type Failure, sendFailure, sendJson } from '../reply/reply.ts'

/** What a form of another page cannot send without being asked for first. What is in the file, its bytes say. */
const fileTypes = [
  ...['application/json', 'application/x-ndjson', 'application/jsonl', 'application/x-jsonlines'],
  ...['application/x-protobuf', 'application/octet-stream', 'application/gzip', 'application/x-gzip'],
]

/** Chunks that may be on their way to the thread. */
const maxChunks = 8

type Importing = Pick<Store, 'write'>

/** Makes what answers `POST /api/import`: a file, with gzip or without, recognised by what is in it. */
export function createImportAnswer(
  store: Importing,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const threads = new ImportThreads()
  return async (request, response) => {
    const refusal = refusalOf(request)
    if (refusal !== undefined) return sendFailure(response, refusal)
    const thread = await threads.take()
    if (thread === undefined) return sendFailure(response, tooMany)
    const file = createFile(thread, store, request)
    try {
      const result = await importBody(file, request, response)
      if (!response.destroyed) await sendJson(request, response, result)
    } finally {
      await threads.give(thread, file.client.isFree)
    }
  }
}

type File = { client: ImportClient; push(chunk: Buffer): void }

/** Chunks go to the thread as fast as it takes them. */
function createFile(thread: Worker, store: Importing, request: IncomingMessage): File {
  let onTheirWay = 0
  const client = new ImportClient(thread, store, () => {
    onTheirWay--
    if (onTheirWay < maxChunks) request.resume()
  })
  return {
    client,
    push(chunk) {
      onTheirWay++
      client.push(chunk)
      if (onTheirWay >= maxChunks) request.pause()
    },
  }
}

async function importBody(
  { client, push }: File,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ImportResult> {
  const clock = limitTime(client, request)
  const listeners = {
    data(chunk: Buffer) {
      clock.came()
      push(chunk)
    },
    end: () => client.end(),
    error: () => client.stop(storeError('cancelled', 'the connection ended before the file did')),
  }
  const gone = (): void => client.stop(storeError('cancelled', 'whoever sent the file has gone'))
  for (const [name, listener] of Object.entries(listeners)) request.on(name, listener)
  response.once('close', gone)
  if (response.destroyed) gone()
  try {
    return await client.result()
  } finally {
    clock.stop()
    response.off('close', gone)
    for (const [name, listener] of Object.entries(listeners)) request.off(name, listener)
    request.on('error', () => {})
  }
}

/** Stops an import that takes too long, or of which nothing comes although it may. */
function limitTime(client: ImportClient, request: IncomingMessage): { came(): void; stop(): void } {
  const { timeMs, idleMs } = importLimits
  const stop = (message: string): void => client.stop(storeError('timeout', message))
  const whole = setTimeout(
    () => stop(`an import may take ${timeMs / 60_000} minutes: split the file and send it in parts`),
    timeMs,
  )
  const idle = setTimeout(() => {
    if (request.complete || request.isPaused()) idle.refresh()
    else stop(`nothing of the file came for ${idleMs / 1000} seconds: send it again`)
  }, idleMs)
  return {
    came: () => void idle.refresh(),
    stop() {
      clearTimeout(whole)
      clearTimeout(idle)
    },
  }
}

function refusalOf({ headers }: IncomingMessage): Failure | undefined {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (!fileTypes.includes(type)) {
    const message = `content-type ${shortText(type || 'none')}: send application/octet-stream, or ${fileTypes[1]} for lines and ${fileTypes[0]} for one document`
    return { status: 415, code: 'content-type', message }
  }
  const encoding = (headers['content-encoding'] ?? 'identity').toLowerCase()
  return encoding === 'identity' || encoding === 'gzip' ? undefined : wrongEncoding
}

const wrongEncoding: Failure = { status: 415, code: 'content-encoding', message: 'use gzip or none' }

const tooMany: Failure = {
  status: 503,
  code: 'busy',
  message: `${importLimits.atOnce} files are being imported and more wait for it; send this one when they are done`,
  headers: { 'retry-after': '5' },
}
