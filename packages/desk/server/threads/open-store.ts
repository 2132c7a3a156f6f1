import { rm } from 'node:fs/promises'
import { filesOf, setAside } from '../schema/segment.ts'
import { createReader } from './reader-client.ts'
import type { Commit, Store } from './store.ts'
import type { FromWriter } from './thread.ts'
import { startWriter, type WriterClient } from './writer-client.ts'

export type StoreOptions = {
  /** Folder of the data; made when it is missing. */
  directory: string
  /** Whether the folder is deleted when the store is closed. */
  temporary: boolean
  maxBytes: number
  /** Undefined: no limit of age. */
  maxAgeMs: number | undefined
  /** Hears, in one line, of what went wrong without failing a request. */
  report(message: string): void
}

export type StoreState = { segments: number; bytes: number; damaged: number }

/**
 * Opens the store: a thread that writes and one that reads. Rejects with a StoreError that says what is wrong with the
 * folder and what to do.
 */
export async function openStore(options: StoreOptions): Promise<Store & { state(): StoreState }> {
  const { directory, temporary, maxBytes, maxAgeMs, report } = options
  const listeners = new Set<(commit: Commit) => void>()
  let state: StoreState = { segments: 0, bytes: 0, damaged: 0 }
  let paths: readonly string[] = []
  const setAsidePaths = new Set<string>()
  let closing: Promise<void> | undefined

  const reader = createReader((path) => {
    // The current segment is the writer's to set aside, at its next write.
    if (path === paths.at(-1) || !paths.includes(path)) return
    paths = paths.filter((one) => one !== path)
    setAsidePaths.add(path)
    state = { ...state, segments: paths.length, damaged: state.damaged + 1 }
    void reader.useSegments(paths).then(() => report(`${path} cannot be read; it is now ${setAside(path)}`))
  })

  const onSegments = (message: Extract<FromWriter, { kind: 'segments' }>): void => {
    const known = new Set(paths)
    paths = message.paths.filter((path) => !setAsidePaths.has(path))
    state = { segments: paths.length, bytes: message.bytes, damaged: message.damaged + setAsidePaths.size }
    if (known.size === paths.length && paths.every((path) => known.has(path))) return
    void reader.useSegments(paths).then(() => deleteFiles(message.expired))
  }

  const closeAll = async (writer: WriterClient): Promise<void> => {
    await writer.close()
    await reader.close()
    if (temporary) await rm(directory, { recursive: true, force: true })
  }

  try {
    const writer = await startWriter(
      { directory, maxBytes, maxAgeMs },
      {
        onSegments,
        onProblem: report,
        onCommitted: ({ kind: _, ...commit }) => {
          for (const listener of listeners) listener(commit)
        },
      },
    )
    // A file of the last run may be damaged, too.
    if (state.damaged > 0)
      report(`${directory} has ${state.damaged} damaged files, set aside as *.damaged.sqlite`)
    return {
      write: (signal, encoding, bytes) => writer.write({ signal, encoding, bytes }),
      query: (query) => reader.query(query),
      onCommit(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      state: () => state,
      close() {
        closing ??= closeAll(writer)
        return closing
      },
    }
  } catch (error) {
    await reader.close()
    throw error
  }
}

async function deleteFiles(segments: readonly string[]): Promise<void> {
  for (const path of segments.flatMap(filesOf)) await rm(path, { force: true })
}
