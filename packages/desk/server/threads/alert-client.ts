import type { Worker } from 'node:worker_threads'
import { createReportLimit, type Signal } from '@clew/otlp'
import { type StoreErrorCode, storeError } from '../schema/store-error.ts'
import type { AlertQuestion, AlertQuestions, Alerts } from './alerts.ts'
import type { Written } from './store.ts'
import {
  type AlertAsk,
  type AlertSettings,
  closeThread,
  type FromAlerts,
  startThread,
  type ToAlerts,
} from './thread.ts'

/** Bytes that may wait to be judged; what comes beyond them is stored, not judged, and counted. */
const maxWaitingBytes = 32 * 1024 * 1024
const restartMs = 1_000

type Waiting = { bytes: number; records: number }
type Asked = { resolve(value: object): void; reject(error: Error): void }

/**
 * The thread of alerts as the main thread sees it. One that fails after its start is started again; what waited for it then
 * is counted as not judged. Whoever sends lines never waits for it.
 */
export class AlertClient implements Alerts {
  readonly #settings: AlertSettings
  readonly #report: (message: string) => void
  readonly #limit = createReportLimit(() => performance.now())
  readonly #asked = new Map<number, Asked>()
  readonly #listeners = new Set<() => void>()
  readonly #waiting: Waiting[] = []
  #waitingBytes = 0
  #thread: Worker | undefined
  #url: string | undefined
  #nextId = 1
  #firing = 0
  #notJudged = 0
  #isClosed = false

  constructor(settings: AlertSettings, report: (message: string) => void) {
    this.#settings = settings
    this.#report = report
  }

  /**
   * What is said to it, and asked of it, until it has loaded waits for it. Rejects with one line when the rule file or the store of
   * alerts cannot be used.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const thread = startThread('alert-thread', { workerData: this.#settings })
      let isReady = false
      let reason = 'it ended'
      thread.on('message', (message: FromAlerts) => {
        if (message.kind === 'failed') reject(new Error(message.message))
        else if (message.kind !== 'ready') this.#hear(message)
        else {
          isReady = true
          resolve()
        }
      })
      thread.on('error', (error) => {
        reason = error.message
      })
      thread.on('exit', () => {
        this.#forget(reason)
        if (isReady) this.#startAgain(reason)
        else reject(new Error(`the thread of alerts failed: ${reason}`))
      })
      this.#thread = thread
      if (this.#url !== undefined) this.begin(this.#url)
    })
  }

  /** Starts it as `start` does; what fails is reported and tried again. */
  keepStarting(): void {
    this.start().catch((error: Error) => {
      if (this.#isClosed) return
      if (this.#limit.withheld(error.message) !== undefined)
        this.#report(`${error.message}; it is tried again`)
      this.#startLater()
    })
  }

  /** Rules begin to run. Lines that came before are judged then. */
  begin(url: string): void {
    this.#url = url
    this.#say({ kind: 'begin', url })
  }

  get hasRules(): boolean {
    return this.#settings.path !== undefined
  }

  take(
    signal: Signal,
    encoding: 'protobuf' | 'json',
    bytes: Uint8Array<ArrayBuffer>,
    { records, arrivedUnixMs }: Pick<Written, 'records' | 'arrivedUnixMs'>,
  ): void {
    const isFull = this.#waiting.length > 0 && this.#waitingBytes + bytes.length > maxWaitingBytes
    if (this.#thread === undefined || isFull) {
      this.#leaveOut(
        signal === 'logs' ? records : 0,
        isFull ? 'too much waits to be judged' : 'the thread of alerts is away',
      )
      return
    }
    this.#waiting.push({ bytes: bytes.length, records: signal === 'logs' ? records : 0 })
    this.#waitingBytes += bytes.length
    this.#say({ kind: 'stored', signal, encoding, bytes, arrivedUnixMs }, [bytes.buffer])
  }

  ask<Name extends AlertQuestion>(
    name: Name,
    of: AlertQuestions[Name]['of'],
  ): Promise<AlertQuestions[Name]['answer']> {
    if (this.#thread === undefined) return Promise.reject(away())
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#asked.set(id, { resolve: resolve as Asked['resolve'], reject })
      this.#say({ kind: 'ask', id, question: { name, of } as AlertAsk })
    })
  }

  state(): { firing: number; notJudged: number } {
    return { firing: this.#firing, notJudged: this.#notJudged }
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close(): Promise<void> {
    this.#isClosed = true
    return closeThread(this.#thread)
  }

  #say(message: ToAlerts, transfer: ArrayBuffer[] = []): void {
    this.#thread?.postMessage(message, transfer)
  }

  #hear(message: FromAlerts): void {
    if (message.kind === 'judged') this.#settle(message.requests)
    else if (message.kind === 'answer') this.#takeAsked(message.id)?.resolve(message.value)
    else if (message.kind === 'problem') this.#report(message.message)
    else if (message.kind === 'failure') {
      this.#takeAsked(message.id)?.reject(storeError(message.code as StoreErrorCode, message.message))
    } else if (message.kind === 'changed') {
      this.#firing = message.firing
      for (const listener of this.#listeners) listener()
    }
  }

  #takeAsked(id: number): Asked | undefined {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    return asked
  }

  /** The oldest requests no longer wait; how many records they had. */
  #settle(requests: number): number {
    let records = 0
    for (const one of this.#waiting.splice(0, requests)) {
      this.#waitingBytes -= one.bytes
      records += one.records
    }
    return records
  }

  #leaveOut(records: number, why: string): void {
    if (records === 0) return
    this.#notJudged += records
    if (this.#limit.withheld(why) === undefined) return
    const what = this.hasRules ? 'not judged' : 'not watched for early warnings'
    this.#report(`${why}: lines are stored but ${what}, ${this.#notJudged} so far`)
  }

  /** The thread has ended, with what waited for it. */
  #forget(reason: string): void {
    this.#thread = undefined
    for (const id of [...this.#asked.keys()]) this.#takeAsked(id)?.reject(away())
    const lost = this.#settle(this.#waiting.length)
    if (!this.#isClosed) this.#leaveOut(lost, `the thread of alerts failed (${reason})`)
  }

  #startAgain(reason: string): void {
    if (this.#isClosed) return
    this.#report(`the thread of alerts failed (${reason}) and is started again`)
    this.#startLater()
  }

  #startLater(): void {
    setTimeout(() => {
      if (!this.#isClosed) this.keepStarting()
    }, restartMs).unref()
  }
}

const away = (): Error => storeError('busy', 'the thread of alerts starts; come back later')
