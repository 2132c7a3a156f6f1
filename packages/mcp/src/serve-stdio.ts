import { StdioServerTransport, serveStdio as serve } from '@modelcontextprotocol/server/stdio'
import { createServer } from './create-server.ts'
import type { Offer } from './tool.ts'
import { wholeLines } from './whole-lines.ts'

/** More is no message to a tool of ours. */
const maxMessageBytes = 1024 * 1024

/** Serves the tools on stdin and stdout, and resolves when stdin ends. What else is on its way then is not answered. */
export async function serveStdio(offer: Offer): Promise<void> {
  const lines = wholeLines(maxMessageBytes, () =>
    offer.report(new Error('a message of more than 1 MiB is not read, and gets no answer')),
  )
  const transport = new StdioServerTransport(process.stdin.pipe(lines), process.stdout, {
    // With the line feed behind it.
    maxBufferSize: 2 * maxMessageBytes,
  })
  const ended = new Promise<void>((resolve) => {
    lines.once('end', resolve)
    process.stdin.once('close', () => lines.end())
  })
  const handle = serve(() => createServer(offer), { transport, onerror: offer.report })
  await ended
  await handle.close()
}
