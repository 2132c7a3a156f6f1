import { printableAddress } from '@clew/settings'
import { isText, withFields } from '../desk-answer.ts'
import { askJson, type DeskAddress } from '../desk-client.ts'

/** A desk that runs beside an application. */
export type BesideDesk = {
  address: DeskAddress
  /** Whether it was started for this run, and ends with it. */
  isOwn: boolean
  close(): Promise<void>
}

export type BesideOptions = {
  /** Undefined: 4318, or a free one where something else listens there. */
  port: number | undefined
  /** Undefined: nothing is kept. */
  directory: string | undefined
  /** To read, and to send, where the desk that runs wants them. */
  token: string | undefined
  ingestToken: string | undefined
  report(message: string): void
}

const usualPort = 4318
const isStatus = withFields({ version: isText, store: withFields({ directory: isText }) })

/** Joins the desk that runs on the port, or starts one there. Rejects with the reason in a line. */
export async function deskBeside(options: BesideOptions): Promise<BesideDesk> {
  const { port = usualPort, token, ingestToken } = options
  const url = `http://localhost:${port}`
  const address = { url, authorization: token === undefined ? undefined : `Bearer ${token}` }
  const found = await whoIsAt(address)
  if (found === 'guarded')
    throw guarded(
      url,
      token === undefined
        ? 'the desk there wants its tokens; set CLEW_DESK_TOKEN and CLEW_DESK_INGEST_TOKEN'
        : 'CLEW_DESK_TOKEN is not the token to read of the desk there; set it to the one that it was started with',
    )
  if (found === 'desk') {
    if (await takesFrom(url, ingestToken)) return { address, isOwn: false, close: async () => {} }
    throw guarded(
      url,
      ingestToken === undefined
        ? 'the desk there wants its token to send, too; set CLEW_DESK_INGEST_TOKEN'
        : 'CLEW_DESK_INGEST_TOKEN is not the token to send of the desk there; set it to the one that it was started with',
    )
  }
  if (found === 'nobody' || options.port !== undefined) {
    try {
      return await startOwn({ ...options, port })
    } catch (error) {
      if (options.port !== undefined || !(error as Error).message.includes('is in use')) throw error
    }
  }
  options.report(`something else has port ${port}, so the desk takes a free one`)
  return startOwn({ ...options, port: 0 })
}

const guarded = (url: string, problem: string): Error =>
  new Error(`${printableAddress(url)}: ${problem}, or give another --port`)

/** Whether a desk lets us send: it looks at the token before it says that a question is no export. */
async function takesFrom(url: string, ingestToken: string | undefined): Promise<boolean> {
  const headers = ingestToken === undefined ? {} : { authorization: `Bearer ${ingestToken}` }
  try {
    const response = await fetch(`${url}/v1/logs`, { headers, signal: AbortSignal.timeout(lookMs) })
    await response.body?.cancel()
    return response.status !== 401
  } catch {
    // The application is told by its own first export.
    return true
  }
}

type Found = 'nobody' | 'desk' | 'guarded' | 'other'

async function whoIsAt(address: DeskAddress): Promise<Found> {
  try {
    await askJson(address, '/api/status', isStatus, { signal: AbortSignal.timeout(lookMs) })
    return 'desk'
  } catch (error) {
    const { message } = error as Error
    if (message.startsWith('no desk answers')) return message.includes('ECONNREFUSED') ? 'nobody' : 'other'
    return message.startsWith('the token is missing') ? 'guarded' : 'other'
  }
}

/** What listens and says nothing holds the start of the application for so long; a desk that has much to do takes seconds. */
const lookMs = 10_000

async function startOwn({ port, directory, report }: BesideOptions & { port: number }): Promise<BesideDesk> {
  const { startDesk } = await import('@clew/desk')
  const desk = await startDesk({
    ...{ port, grpcPort: null, directory, report },
    maxBytes: directory === undefined ? 512e6 : 2e9,
    maxAgeMs: 7 * 24 * 3_600_000,
    corsOrigins: [],
    dangerouslyNoAuth: false,
  })
  return { address: { url: desk.url, authorization: undefined }, isOwn: true, close: () => desk.close() }
}
