import { type ByteWriter, createByteWriter } from '@clew/otlp'
import type { HeldKind } from './policy.ts'
import { createTraceSlots, none, type TraceSlots } from './trace-slots.ts'

/** Of each record: length, slot of its trace, where the trace's next record is, when it came, and its kind. */
const headerBytes = 20
const [lengthWord, slotWord, nextWord, timeWord, kindWord] = [0, 1, 2, 3, 4]
/** A block ends where so much is left: nearly all records fit. */
const leastRoom = 1024
const largestBlock = 256 * 1024
const smallestBlock = 16 * 1024

/** How records leave that nobody asked for: `cut` are the first ones of a trace that has too many. */
export type Gone = (reason: 'expired' | 'evicted' | 'cut') => void

export type HeldRecordsOptions = {
  /** Of the buffer and its tables. */
  maxBytes: number
  holdMs: number
  /** Of one trace; its last ones stay. Default: any number. */
  maxTraceRecords?: number
  maxTraceBytes?: number
  gone: Gone
}

/** Takes one record of a trace that is released, in the order of their coming. The bytes are good for the call only. Must not throw. */
export type Visit = (kind: HeldKind, framed: Buffer) => void

/**
 * Records that wait for their trace to fail: one circular byte buffer that the encoder writes into, in which each record
 * leads to the next one of its trace. The oldest record goes first. Nothing of it is an object, so nothing is left to
 * the garbage collector. The buffer is made with the first record.
 */
export class HeldRecords {
  readonly maxBytes: number
  readonly #holdMs: number
  readonly #maxTraceRecords: number
  readonly #maxTraceBytes: number
  readonly #gone: Gone
  readonly #blockBytes: number
  readonly #blockCount: number
  readonly #kinds: HeldKind[] = []
  readonly #ends: Uint32Array
  readonly #slots: TraceSlots
  readonly #blocks: { buffer: Buffer; view: DataView }[] = []
  readonly #writer: ByteWriter = createByteWriter(0)
  #words = new Uint32Array(0)
  /** The block that is written into, and where the oldest record is. */
  #head = 0
  #tail = 0
  #isOpen = false
  /** Between tail and head, with those that were released. */
  #entries = 0
  #count = 0
  #bytes = 0
  #late: { traceId: string; kind: number; writer: ByteWriter }[] = []

  constructor({ maxBytes, holdMs, gone, ...ofTrace }: HeldRecordsOptions) {
    const { maxTraceRecords = Number.POSITIVE_INFINITY, maxTraceBytes = Number.POSITIVE_INFINITY } = ofTrace
    this.#maxTraceRecords = maxTraceRecords
    this.#maxTraceBytes = maxTraceBytes
    this.maxBytes = maxBytes
    this.#holdMs = holdMs
    this.#gone = gone
    this.#slots = createTraceSlots(maxBytes)
    const bytes = maxBytes - this.#slots.bytes
    this.#blockBytes = Math.min(largestBlock, Math.max(smallestBlock, 2 ** Math.floor(Math.log2(bytes / 8))))
    this.#blockCount = Math.max(2, Math.floor(bytes / this.#blockBytes))
    this.#ends = new Uint32Array(this.#blockCount)
  }

  /** The number of a kind, for `commit`. Undefined when there are too many. */
  kindOf(kind: HeldKind): number {
    return this.#kinds.push(kind) - 1
  }

  /** The writer to encode the next record into; `commit` must follow. */
  open(): ByteWriter {
    // A getter of the record that is being written has logged.
    if (this.#isOpen) return createByteWriter(leastRoom)
    if (this.#blocks.length === 0) this.#allocate()
    if (this.#writer.position + headerBytes + leastRoom > this.#blockBytes) this.#nextBlock()
    this.#isOpen = true
    this.#writer.position += headerBytes
    return this.#writer
  }

  /** Takes in what was written. False when it is larger than a block. */
  commit(writer: ByteWriter, traceId: string, kind: number, nowMs: number): boolean {
    if (writer !== this.#writer) {
      this.#late.push({ traceId, kind, writer })
      return true
    }
    this.#isOpen = false
    const start = this.#ends[this.#head]!
    const isHeld = this.#isMoved() ? this.#moveIn(start) : true
    if (isHeld) this.#link(traceId, kind, nowMs)
    else this.#rewind(start)
    while (this.#late.length > 0) this.#commitLate(nowMs)
    return isHeld
  }

  /** Hands out the records of a trace and forgets them. Returns how many they are. */
  release(traceId: string, visit: Visit): number {
    const slot = this.#slots.find(traceId)
    if (slot === none) return 0
    let count = 0
    for (let at = this.#slots.first[slot]!; at !== none; count++) {
      const word = at >>> 2
      const length = this.#words[word + lengthWord]!
      const next = this.#words[word + nextWord]!
      this.#words[word + slotWord] = none
      const block = Math.floor(at / this.#blockBytes)
      const start = at - block * this.#blockBytes + headerBytes
      visit(
        this.#kinds[this.#words[word + kindWord]!]!,
        this.#blocks[block]!.buffer.subarray(start, start + length),
      )
      this.#bytes -= length
      at = next
    }
    this.#count -= count
    this.#slots.free(slot)
    return count
  }

  /** How many records of the trace are gone that came before those which it has. */
  lostOf(traceId: string): number {
    const slot = this.#slots.find(traceId)
    return slot === none ? 0 : this.#slots.lost[slot]!
  }

  /** Drops what is older than the hold. */
  expire(nowMs: number): void {
    while (this.#entries > 0 && this.#oldestAgeMs(nowMs) > this.#holdMs) this.#dropOldest('expired')
  }

  get bytes(): number {
    return this.#bytes
  }

  get count(): number {
    return this.#count
  }

  get traces(): number {
    return this.#slots.size
  }

  /** Of the oldest record. */
  ageMs(nowMs: number): number {
    return this.#entries === 0 ? 0 : this.#oldestAgeMs(nowMs)
  }

  #allocate(): void {
    const memory = Buffer.allocUnsafeSlow(this.#blockBytes * this.#blockCount)
    for (let block = 0; block < this.#blockCount; block++) {
      const buffer = memory.subarray(block * this.#blockBytes, (block + 1) * this.#blockBytes)
      this.#blocks.push({ buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength) })
    }
    this.#words = new Uint32Array(memory.buffer, memory.byteOffset, memory.byteLength >>> 2)
    this.#rewind(0)
  }

  /** Whether the record did not fit, so that the writer took a buffer of its own. */
  #isMoved(): boolean {
    return this.#writer.buffer !== this.#blocks[this.#head]!.buffer
  }

  #rewind(position: number): void {
    const { buffer, view } = this.#blocks[this.#head]!
    this.#writer.buffer = buffer
    this.#writer.view = view
    this.#writer.position = position
  }

  #moveIn(start: number): boolean {
    const { buffer, position } = this.#writer
    const written = buffer.subarray(start + headerBytes, position)
    if (start === 0 || written.length + headerBytes > this.#blockBytes) return false
    this.#nextBlock()
    written.copy(this.#writer.buffer, headerBytes)
    this.#writer.position = headerBytes + written.length
    return true
  }

  /** Goes on in the next block, whose records are the oldest. */
  #nextBlock(): void {
    const next = (this.#head + 1) % this.#blockCount
    const [from, to] = [next * this.#blockBytes, (next + 1) * this.#blockBytes]
    while (this.#entries > 0 && this.#tail >= from && this.#tail < to) this.#dropOldest('evicted')
    this.#head = next
    this.#ends[next] = 0
    this.#rewind(0)
  }

  #link(traceId: string, kind: number, nowMs: number): void {
    const start = this.#ends[this.#head]!
    const length = this.#writer.position - start - headerBytes
    const at = this.#head * this.#blockBytes + start
    const slot = this.#slots.find(traceId)
    const mine = slot === none ? this.#addTrace(traceId) : slot
    const word = at >>> 2
    if (this.#entries++ === 0) this.#tail = at
    this.#words[word + lengthWord] = length
    this.#words[word + slotWord] = mine
    this.#words[word + nextWord] = none
    this.#words[word + timeWord] = nowMs
    this.#words[word + kindWord] = kind
    const last = this.#slots.last[mine]!
    if (last === none) this.#slots.first[mine] = at
    else this.#words[(last >>> 2) + nextWord] = at
    this.#slots.last[mine] = at
    this.#writer.position = align(this.#writer.position)
    this.#ends[this.#head] = this.#writer.position
    this.#count++
    this.#bytes += length
    this.#slots.count[mine]!++
    this.#slots.held[mine]! += length
    while (this.#isTooLong(mine)) this.#cut(mine)
  }

  #isTooLong(slot: number): boolean {
    const { count, held } = this.#slots
    if (count[slot]! <= 1) return false
    return count[slot]! > this.#maxTraceRecords || held[slot]! > this.#maxTraceBytes
  }

  /** The first record of a trace goes; its bytes stay until they are the oldest. */
  #cut(slot: number): void {
    const word = this.#slots.first[slot]! >>> 2
    this.#words[word + slotWord] = none
    this.#loseFirst(slot, word, 'cut')
  }

  #loseFirst(slot: number, word: number, reason: Parameters<Gone>[0]): void {
    const length = this.#words[word + lengthWord]!
    const next = this.#words[word + nextWord]!
    if (next === none) this.#slots.free(slot)
    else {
      this.#slots.first[slot] = next
      this.#slots.count[slot]!--
      this.#slots.held[slot]! -= length
      this.#slots.lost[slot]!++
    }
    this.#count--
    this.#bytes -= length
    this.#gone(reason)
  }

  // The record being linked is not in any list yet, so it cannot be what is dropped.
  #addTrace(traceId: string): number {
    while (this.#slots.isFull && this.#entries > 0) this.#dropOldest('evicted')
    return this.#slots.add(traceId)
  }

  #commitLate(nowMs: number): void {
    const { traceId, kind, writer } = this.#late.shift()!
    const own = this.open()
    const room = this.#blockBytes - own.position
    const written = writer.buffer.subarray(0, writer.position)
    this.#isOpen = false
    if (written.length > this.#blockBytes - headerBytes) {
      own.position -= headerBytes
      return
    }
    if (written.length > room) {
      this.#nextBlock()
      own.position = headerBytes
    }
    written.copy(own.buffer, own.position)
    own.position += written.length
    this.#link(traceId, kind, nowMs)
  }

  // Times are milliseconds by 32 bits, which come around every 49 days: only their difference counts.
  #oldestAgeMs(nowMs: number): number {
    return (nowMs - this.#words[(this.#tail >>> 2) + timeWord]!) >>> 0
  }

  /** The oldest record of all is the oldest of its trace. */
  #dropOldest(reason: 'expired' | 'evicted'): void {
    const word = this.#tail >>> 2
    const length = this.#words[word + lengthWord]!
    const slot = this.#words[word + slotWord]!
    if (slot !== none) this.#loseFirst(slot, word, reason)
    this.#entries--
    this.#tail = align(this.#tail + headerBytes + length)
    const block = Math.floor((this.#tail - 1) / this.#blockBytes)
    const isOver = block !== this.#head && this.#tail - block * this.#blockBytes >= this.#ends[block]!
    if (isOver) this.#tail = ((block + 1) % this.#blockCount) * this.#blockBytes
  }
}

function align(position: number): number {
  return (position + 3) & ~3
}
