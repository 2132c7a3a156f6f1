/** Where threads of one process announce the memory that they write records to. */
export const channelName: string = `clew-records-${process.pid}`

/** A scope of a thread's records, and what the main thread needs to send them. */
export type ScopeAnnouncement = {
  thread: number
  scopeId: number
  lane: string
  scope: Uint8Array
  resource: Uint8Array
}

export type MemoryAnnouncement = { thread: number; memory: SharedArrayBuffer }

export type Announcement = ScopeAnnouncement | MemoryAnnouncement

/** At the start of each memory: how many bytes of records follow, 0 for none; how many records; of which scope. */
const bytesCell = 0
const countCell = 1
const scopeCell = 2
/** Set when the thread will not use the memory again. */
const retiredCell = 3
/** How often the memory was emptied: tells new records from known ones. */
const roundCell = 4
const headerBytes = 32

/** What a memory holds now. */
export type ShownRecords = { bytes: number; count: number; scopeId: number; content: string }

/** Records in memory that two threads see: one writes them, the other may read at any time. */
export class SharedRecords {
  readonly memory: SharedArrayBuffer
  /** The records, end to end. */
  readonly buffer: Buffer
  readonly #cells: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.buffer = Buffer.from(memory, headerBytes)
    this.#cells = new Int32Array(memory, 0, headerBytes / 4)
  }

  static ofSize(bytes: number): SharedRecords {
    return new SharedRecords(new SharedArrayBuffer(headerBytes + bytes))
  }

  show(bytes: number, count: number, scopeId: number): void {
    this.#cells[countCell] = count
    this.#cells[scopeCell] = scopeId
    // The last one, and atomic: whoever sees the bytes sees what belongs to them.
    Atomics.store(this.#cells, bytesCell, bytes)
  }

  hide(): void {
    Atomics.store(this.#cells, bytesCell, 0)
    Atomics.add(this.#cells, roundCell, 1)
  }

  /** The thread will not use the memory again. */
  retire(): void {
    Atomics.store(this.#cells, bytesCell, 0)
    Atomics.store(this.#cells, retiredCell, 1)
  }

  isRetired(): boolean {
    return this.#cells[retiredCell] === 1
  }

  /** Equal `content` is the same records. */
  shown(): ShownRecords {
    const bytes = Atomics.load(this.#cells, bytesCell)
    const { [countCell]: count = 0, [scopeCell]: scopeId = 0, [roundCell]: round = 0 } = this.#cells
    return { bytes, count, scopeId, content: `${round} ${bytes}` }
  }
}
