import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { BroadcastChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import type { Signal } from '../batch.ts'
import {
  type Announcement,
  bytesCell,
  channelName,
  countCell,
  headerBytes,
  retiredCell,
  roundCell,
  type ScopeAnnouncement,
  scopeCell,
} from './shared-records.ts'

/** Node tells here of every worker thread that this thread starts. */
const workerChannel = 'worker_threads'

/** `taken` names the content that was read last. */
type WatchedMemory = { thread: number; taken: string }

/** Records that a thread wrote and nobody acknowledged. */
export type OrphanedRecords = {
  signal: Signal
  resource: Buffer
  scope: Buffer
  records: Buffer
  count: number
}

/** The main thread's view of what its worker threads have not delivered. */
export type ThreadRecords = {
  /** Takes what all threads hold and was not taken before: the process ends. */
  takeAll(): OrphanedRecords[]
  close(): void
}

/** Watches worker threads from the first one on. `onEnd` gets what a thread left behind when it ended. */
export function watchThreads(onEnd: (records: OrphanedRecords[]) => void): ThreadRecords {
  const memories = new Map<SharedArrayBuffer, WatchedMemory>()
  const scopes = new Map<string, ScopeAnnouncement>()
  let channel: BroadcastChannel | undefined

  const note = (announcement: Announcement): void => {
    forget((_, memory) => new Int32Array(memory)[retiredCell] === 1)
    if ('memory' in announcement)
      memories.set(announcement.memory, { thread: announcement.thread, taken: '' })
    else scopes.set(`${announcement.thread} ${announcement.scopeId}`, announcement)
  }
  const open = (): void => {
    if (channel !== undefined) return
    channel = new BroadcastChannel(channelName)
    channel.onmessage = (event) => note((event as unknown as { data: Announcement }).data)
    channel.unref()
  }
  /** Announcements that the event loop has not come to. */
  const catchUp = (): void => {
    if (channel === undefined) return
    // Takes a BroadcastChannel as well, which @types/node 22 does not say.
    const port = channel as unknown as MessagePort
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      note(next.message as Announcement)
    }
  }
  const take = (isTaken: (thread: number) => boolean): OrphanedRecords[] => {
    catchUp()
    const found: OrphanedRecords[] = []
    for (const [memory, watched] of memories) {
      if (!isTaken(watched.thread)) continue
      const cells = new Int32Array(memory, 0, headerBytes / 4)
      const bytes = Atomics.load(cells, bytesCell)
      const scope = scopes.get(`${watched.thread} ${cells[scopeCell]}`)
      const content = `${cells[roundCell]} ${bytes}`
      if (bytes > 0 && scope !== undefined && content !== watched.taken) {
        watched.taken = content
        found.push(readRecords(memory, cells, bytes, scope))
      }
    }
    return found
  }
  const forget = (isGone: (thread: number, memory: SharedArrayBuffer) => boolean): void => {
    for (const [memory, { thread }] of memories) if (isGone(thread, memory)) memories.delete(memory)
  }
  const onWorker = (message: unknown): void => {
    const { worker } = message as { worker: Worker }
    const thread = worker.threadId
    open()
    worker.once('exit', () => {
      const left = take((owner) => owner === thread)
      forget((owner) => owner === thread)
      for (const [key, scope] of scopes) if (scope.thread === thread) scopes.delete(key)
      if (left.length > 0) onEnd(left)
    })
  }

  subscribe(workerChannel, onWorker)
  return {
    takeAll: () => take(() => true),
    close() {
      unsubscribe(workerChannel, onWorker)
      channel?.close()
      channel = undefined
    },
  }
}

/** Copies: the thread may still be writing behind these bytes. */
function readRecords(
  memory: SharedArrayBuffer,
  cells: Int32Array,
  bytes: number,
  { signal, scope, resource }: ScopeAnnouncement,
): OrphanedRecords {
  const records = Buffer.from(Buffer.from(memory, headerBytes, bytes))
  return {
    signal,
    resource: Buffer.from(resource),
    scope: Buffer.from(scope),
    records,
    count: cells[countCell] ?? 0,
  }
}
