import type { Signal } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'

/** The framed requests of one endpoint. */
export type FlushJob = { endpoint: Endpoint; signal: Signal; requests: Buffer[][] }

/** What the worker is given. Cell 0 counts answers, cell 1 says that it ended, then each request has two. */
export type FlushOrder = { jobs: FlushJob[]; cells: SharedArrayBuffer; timeoutMs: number }

export const answersCell = 0
export const endedCell = 1
export const firstCell = 2
export const cellsPerRequest = 2

/** In a request's first cell; 0 is no answer yet. The second is the number of rejected records. */
export const answerCodes = { delivered: 1, failed: 2, refused: 3, tooLarge: 4 } as const
