import { StdioServerTransport, serveStdio as serve } from '@modelcontextprotocol/server/stdio'
import { createServer } from './create-server.ts'
import type { Offer } from './tool.ts'

/** More is no message to a tool of ours. */
const maxMessageBytes = 1024 * 1024

/** Serves the tools on stdin and stdout, and resolves when stdin ends. What else is on its way then is not answered. */
export async function serveStdio(offer: Offer): Promise<void> {
  const transport = new StdioServerTransport(process.stdin, process.stdout, {
    maxBufferSize: maxMessageBytes,
  })
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve)
    process.stdin.once('close', resolve)
  })
  const handle = serve(() => createServer(offer), { transport, onerror: offer.report })
  await ended
  await handle.close()
}
