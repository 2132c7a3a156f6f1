import type { Signal } from '../batch.ts'

/** Where threads of one process announce the memory that they write records to. */
export const channelName: string = `clew-records-${process.pid}`

/** A scope of a thread's records, and what the main thread needs to send them. */
export type ScopeAnnouncement = {
  thread: number
  scopeId: number
  signal: Signal
  scope: Uint8Array
  resource: Uint8Array
}

export type MemoryAnnouncement = { thread: number; memory: SharedArrayBuffer }

export type Announcement = ScopeAnnouncement | MemoryAnnouncement

/** At the start of each memory: how many bytes of records follow, 0 for none; how many records; of which scope. */
export const bytesCell = 0
export const countCell = 1
export const scopeCell = 2
/** Set when the thread will not use the memory again. */
export const retiredCell = 3
/** How often the memory was emptied: tells new records from known ones. */
export const roundCell = 4
export const headerBytes = 32
