import { setTimeout as pause } from 'node:timers/promises'
import { isFlag, isListOf, isText, withFields } from './desk-answer.ts'
import { askJson, type DeskAddress, isAway } from './desk-client.ts'
import { isWholeLog, type WholeLog } from './format-log.ts'

/** Which lines, as parameters of the API. */
export type Asked = { desk: DeskAddress; query: Record<string, string> }

/** Lines in the order in which they came; `more`: others may follow at once. */
export type Tail = { logs: WholeLog[]; next: string; more: boolean }

const page = '1000'
/** Between two looks at what is new. */
const lookEveryMs = 400
/** Between two tries to reach a desk that is away, at most. */
const mostWaitMs = 5000
/** A desk that is stopped takes the connection and says nothing. */
const silentMs = 20_000

async function ask({ desk, query }: Asked, more: Record<string, string>): Promise<Tail> {
  const words = new URLSearchParams({ ...query, ...more })
  const signal = AbortSignal.timeout(silentMs)
  const tail = await askJson<Tail>(desk, `/api/logs/tail?${words}`, isTail, { signal })
  if (tail.more && tail.next === more.after) throw new Error(stuckAt(tail.next))
  return tail
}

const isTail = withFields({ logs: isListOf(isWholeLog), next: isText, more: isFlag })

/** Of what would be asked for without an end. */
export const stuckAt = (place: string): string => `the answer behind ${place} ends there again; is it a desk?`

/** The place behind all lines that the desk has. Throws when the search has a mistake. */
export async function placeOfEnd(asked: Asked): Promise<string> {
  return (await ask(asked, {})).next
}

/** The lines behind a place, in the order in which they came, up to the end of now. */
export async function* linesBehind(asked: Asked, place: string): AsyncGenerator<Tail> {
  for (let [after, more] = [place, true]; more; ) {
    const tail = await ask(asked, { after, limit: page })
    yield tail
    ;({ next: after, more } = tail)
  }
}

/**
 * The lines behind a place as they come, without an end. A desk that is away is waited for, which `say` is told once each time; what
 * it got meanwhile comes then. Throws when the desk refuses, as for a token that it does not know.
 */
export async function* followLines(
  asked: Asked,
  place: string,
  say: (message: string) => void,
): AsyncGenerator<Tail> {
  let after = place
  for (let failures = 0; ; ) {
    let tail: Tail
    try {
      tail = await ask(asked, { after, limit: page })
    } catch (error) {
      if (!isAway(error)) throw error
      if (failures === 0) say(`${error.message}; it goes on when the desk is back`)
      await pause(Math.min(mostWaitMs, lookEveryMs * 2 ** failures++))
      continue
    }
    failures = 0
    yield tail
    after = tail.next
    if (!tail.more) await pause(lookEveryMs)
  }
}
