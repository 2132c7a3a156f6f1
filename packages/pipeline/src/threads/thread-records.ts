import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { OrphanedRecords } from '../records/queue.ts'
import { type Announcement, channelName, type ScopeAnnouncement, SharedRecords } from './shared-records.ts'
import { watchWorkers } from './worker-ends.ts'

/** `taken` names the content that was read last. */
type Watched = { readonly thread: number; readonly shared: SharedRecords; taken: string }

/** The main thread's view of what its worker threads have not delivered, from the first thread on. */
export class ThreadRecords {
  readonly #onEnd: (left: OrphanedRecords[], threadId: number) => void
  readonly #memories = new Set<Watched>()
  readonly #scopes = new Map<string, ScopeAnnouncement>()
  readonly #unwatch: () => void
  #channel: BroadcastChannel | undefined

  /** `onEnd` gets what a thread left behind in memory when it ended. */
  constructor(onEnd: (left: OrphanedRecords[], threadId: number) => void) {
    this.#onEnd = onEnd
    this.#unwatch = watchWorkers(
      () => {
        this.#channel ??= this.#listen()
      },
      (threadId) => this.#ended(threadId),
    )
  }

  /** Takes what all threads hold and was not taken before: the process ends. */
  takeAll(): OrphanedRecords[] {
    return this.#take(() => true)
  }

  close(): void {
    this.#unwatch()
    this.#channel?.close()
    this.#channel = undefined
  }

  #ended(threadId: number): void {
    const left = this.#take((thread) => thread === threadId)
    this.#forget(({ thread }) => thread === threadId)
    for (const [key, { thread }] of this.#scopes) if (thread === threadId) this.#scopes.delete(key)
    this.#onEnd(left, threadId)
  }

  #listen(): BroadcastChannel {
    const channel = new BroadcastChannel(channelName)
    channel.onmessage = (event) => this.#note((event as unknown as { data: Announcement }).data)
    channel.unref()
    return channel
  }

  #note(announcement: Announcement): void {
    this.#forget(({ shared }) => shared.isRetired())
    const { thread } = announcement
    if ('memory' in announcement)
      this.#memories.add({ thread, shared: new SharedRecords(announcement.memory), taken: '' })
    else this.#scopes.set(`${thread} ${announcement.scopeId}`, announcement)
  }

  #take(isTaken: (thread: number) => boolean): OrphanedRecords[] {
    this.#catchUp()
    const found: OrphanedRecords[] = []
    for (const watched of this.#memories) {
      if (!isTaken(watched.thread)) continue
      const { bytes, count, scopeId, content } = watched.shared.shown()
      const announced = this.#scopes.get(`${watched.thread} ${scopeId}`)
      if (bytes === 0 || announced === undefined || content === watched.taken) continue
      watched.taken = content
      const { lane, resource, scope } = announced
      // A copy: the thread may still be writing behind these bytes.
      const records = Buffer.from(watched.shared.buffer.subarray(0, bytes))
      found.push({ lane, resource: Buffer.from(resource), scope: Buffer.from(scope), records, count })
    }
    return found
  }

  /** Announcements that the event loop has not come to. */
  #catchUp(): void {
    if (this.#channel === undefined) return
    // Takes a BroadcastChannel as well, which @types/node 22 does not say.
    const port = this.#channel as unknown as MessagePort
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      this.#note(next.message as Announcement)
    }
  }

  #forget(isGone: (watched: Watched) => boolean): void {
    for (const watched of this.#memories) if (isGone(watched)) this.#memories.delete(watched)
  }
}
