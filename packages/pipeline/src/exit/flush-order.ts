import type { WireRequest } from '../export/wire.ts'
import type { Endpoint } from '../pipeline.ts'

/** The requests to one endpoint. */
export type FlushJob = { endpoint: Endpoint; requests: WireRequest[] }

/** What the worker is given: `cells` to count in, and one place in `answers` for each request, job by job. */
export type FlushOrder = { jobs: FlushJob[]; cells: SharedArrayBuffer; answers: SharedArrayBuffer }

/** Answers so far. */
export const answersCell = 0
/** 1 when the worker has ended. */
export const endedCell = 1
/** From here on the length of each request's answer, 0 for none yet. */
export const firstLengthCell = 2

/** An answer as JSON; a body that is longer is cut. */
export const answerBytes = 4096
export const answerBodyBytes = 1024
