import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const bin = join(import.meta.dirname, '../dist/bin.js')

export const ways = ['stdio', 'http'] as const
export const eras = ['2025', '2026'] as const
export type Way = (typeof ways)[number]
export type Era = (typeof eras)[number]

/** A client of the official SDK on a running desk. */
export type McpClient = {
  client: Client
  /** What a tool says; an error is text, too. */
  call(name: string, given?: Record<string, unknown>): Promise<{ text: string; isError: boolean }>
  close(): Promise<void>
}

export async function connectMcp(
  way: Way,
  era: Era,
  deskUrl: string,
  { token, env = {} }: { token?: string; env?: Record<string, string> } = {},
): Promise<McpClient> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: era === '2025' ? 'legacy' : { pin: '2026-07-28' } } },
  )
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const transport =
    way === 'http'
      ? new StreamableHTTPClientTransport(new URL(`${deskUrl}/mcp`), { requestInit: { headers } })
      : new StdioClientTransport({
          command: process.execPath,
          args: [bin, 'mcp'],
          env: {
            ...(process.env as Record<string, string>),
            CLEW_DESK_URL: deskUrl,
            ...(token !== undefined && { CLEW_DESK_TOKEN: token }),
            ...env,
          },
          stderr: 'inherit',
        })
  await client.connect(transport)
  return {
    client,
    async call(name, given = {}) {
      const { content, isError = false } = await client.callTool({ name, arguments: given })
      const texts = (content as { type: string; text?: string }[]).map(({ text = '' }) => text)
      return { text: texts.join('\n'), isError }
    },
    close: () => client.close(),
  }
}
