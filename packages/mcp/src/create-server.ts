import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import type { Offer } from './tool.ts'

/** Nothing is asked of the client, whose answers alone the SDK would check by it. */
const noValidator = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: 'nothing was asked' }) as const,
}

/** A server of the SDK that has the tools; one for each connection, or for each request where there are none. */
export function createServer({ name, version, instructions, tools, report }: Offer): Server {
  const server = new Server(
    { name, version },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator: noValidator },
  )
  const annotations = {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  }
  server.setRequestHandler('tools/list', () => ({
    tools: tools.map(({ run: _, ...tool }) => ({
      ...tool,
      annotations: { title: tool.title, ...annotations },
    })),
  }))
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const tool = tools.find(({ name: own }) => own === params.name)
    if (tool === undefined) {
      const known = tools.map(({ name: own }) => own).join(', ')
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `no such tool; there are ${known}`)
    }
    try {
      const { text, isError } = await tool.run(params.arguments ?? {}, mcpReq.signal)
      return { content: [{ type: 'text', text }], isError }
    } catch (error) {
      report(error)
      return {
        content: [{ type: 'text', text: `${tool.name} failed, which is a fault of the server` }],
        isError: true,
      }
    }
  })
  return server
}
