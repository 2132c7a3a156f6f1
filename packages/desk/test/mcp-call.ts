import { type Reply, type RunningDesk, send } from './running-desk.ts'

export const tools = ['list_chains', 'get_chain', 'search_logs', 'list_patterns', 'list_alerts', 'doctor']

const accepted = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/** Posts a message of 2025, which needs no session here, or whatever else. */
export function postMcp(
  { url }: Pick<RunningDesk, 'url'>,
  message: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const body = typeof message === 'string' ? message : JSON.stringify(message)
  return send(url, '/mcp', { method: 'POST', headers: { ...accepted, ...headers }, body })
}

/** The JSON of an answer, which may come as the one event of a stream. */
export function messageOf({ body }: Reply): { result?: unknown; error?: { code: number; message: string } } {
  const [, data = body] = /^data: (\{.*\})$/m.exec(body) ?? []
  return JSON.parse(data)
}

/** What a tool says. */
export async function callTool(
  desk: Pick<RunningDesk, 'url'>,
  name: string,
  given: object = {},
): Promise<{ text: string; isError: boolean }> {
  const reply = await postMcp(desk, {
    ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
    params: { name, arguments: given },
  })
  const { content, isError } = messageOf(reply).result as { content: [{ text: string }]; isError: boolean }
  return { text: content[0].text, isError }
}
