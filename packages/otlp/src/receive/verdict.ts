import type { ExportResponse } from '../response.ts'
import type { Answer } from './receiver.ts'

/** A request that is not taken, as an HTTP status. */
export type Refused = { status: number; message: string; retryAfterSeconds: number | undefined }

/** What an answer comes to. */
export type Verdict = { accepted: ExportResponse } | { refused: Refused }

export function verdictOf(answer: Answer): Verdict {
  if (answer === 'ok') return { accepted: { rejected: 0, message: '' } }
  if ('rejected' in answer) return { accepted: answer }
  const { retryAfterSeconds } = answer
  if (!('status' in answer))
    return { refused: { status: 429, message: 'come back later', retryAfterSeconds } }
  const { status } = answer
  if (status < 300) return { accepted: { rejected: 0, message: answer.message ?? '' } }
  return { refused: { status, message: answer.message ?? `answered with ${status}`, retryAfterSeconds } }
}

const rpcCodes: Record<number, number> = {
  400: 3,
  401: 16,
  403: 7,
  404: 12,
  405: 12,
  413: 8,
  415: 3,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
}

/** The `google.rpc.Code` for an HTTP status; what a sender may retry is UNAVAILABLE. */
export function rpcCodeOf(status: number): number {
  return rpcCodes[status] ?? (status < 500 ? 3 : 13)
}
