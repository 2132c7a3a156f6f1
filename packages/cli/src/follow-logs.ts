import { askDesk, type DeskAddress } from './desk-client.ts'
import type { LogRow } from './format-log.ts'

/** Prints new lines as the desk gets them, until the connection or the process ends. */
export async function followLogs(
  address: DeskAddress,
  search: string,
  print: (row: LogRow) => void,
): Promise<void> {
  const { body } = await askDesk(address, `/api/live?${new URLSearchParams({ logs: search })}`)
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body!) {
    rest += decoder.decode(chunk, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) printEvent(event, print)
  }
  throw new Error('the desk ended')
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function printEvent(event: string, print: (row: LogRow) => void): void {
  const fields = event.split('\n').map((line) => line.split(/: ?(.*)/s, 2))
  if (!fields.some(([name, value]) => name === 'event' && value === 'logs')) return
  const data = fields.flatMap(([name, value]) => (name === 'data' ? (value ?? '') : [])).join('\n')
  const { logs, dropped } = JSON.parse(data) as { logs: LogRow[]; dropped: number }
  logs.forEach(print)
  if (dropped > 0) process.stderr.write(`… ${dropped} more lines came than could be shown\n`)
}
