import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { LogDetail, SpanDetail } from '../api/index.ts'
import { type Answer, api } from './api-client.ts'

/** Where everything of a record comes from: the desk, or the file that a chain was shared as. */
export type Records = {
  /** False: there is no desk, and nothing that leads to its other pages. */
  isDesk: boolean
  span(ref: string, abort?: AbortSignal): Promise<Answer<SpanDetail>>
  /** Fails as `left-out` where the file had no room for it, as `span` does. */
  log(ref: string, abort?: AbortSignal): Promise<Answer<LogDetail>>
}

const records = createContext<Records>({ isDesk: true, span: api.span, log: api.log })

export const RecordsProvider = records.Provider

export function useRecords(): Records {
  return useContext(records)
}
