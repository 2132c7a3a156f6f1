import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createByteWriter,
  defaultLimits,
  encodeResource,
  encodeScope,
  frameRequest,
  type LogInput,
  writeLogRecord,
} from '@clew/otlp'
import type { QueryName } from '../server/query/queries.ts'
import { openStore, type StoreOptions, type StoreState } from '../server/threads/open-store.ts'
import type { Store } from '../server/threads/store.ts'

/** A store of its own on the disk, and what it reported. */
export type StoreRig = {
  store: Store & { state(): StoreState }
  directory: string
  reports: string[]
  ask<T>(name: QueryName, parameters?: Record<string, string>): Promise<T>
}

const folders: string[] = []
const open: StoreRig[] = []

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clew-store-'))
  folders.push(folder)
  return folder
}

export async function openRig(options: Partial<StoreOptions> = {}): Promise<StoreRig> {
  const directory = options.directory ?? (await newFolder())
  const reports: string[] = []
  const store = await openStore({
    directory,
    temporary: false,
    maxBytes: 2e9,
    maxAgeMs: undefined,
    report: (message) => reports.push(message),
    ...options,
  })
  const rig: StoreRig = {
    store,
    directory,
    reports,
    ask: async <T>(name: QueryName, parameters = {}) =>
      JSON.parse(Buffer.from(await store.query({ name, parameters })).toString()) as T,
  }
  open.push(rig)
  return rig
}

export async function closeRig(rig: StoreRig): Promise<void> {
  open.splice(open.indexOf(rig), 1)
  await rig.store.close()
}

/** After each test: closes what is open and deletes the folders. */
export async function cleanUp(): Promise<void> {
  for (const { store } of open.splice(0)) await store.close()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
}

/** An ExportLogsServiceRequest in protobuf. */
export function logsRequest(logs: readonly Partial<LogInput>[], service = 'shop'): Uint8Array {
  const writer = createByteWriter()
  for (const log of logs) {
    writeLogRecord(
      writer,
      { timeUnixMs: Date.now(), severityNumber: 9, severityText: 'info', body: '', ...log },
      defaultLimits,
    )
  }
  const records = [writer.buffer.subarray(0, writer.position)]
  const scope = encodeScope('test', '1')
  return new Uint8Array(
    Buffer.concat(frameRequest(encodeResource({ 'service.name': service }), [{ scope, records }])),
  )
}

export const newTraceId = (): string => randomBytes(16).toString('hex')
