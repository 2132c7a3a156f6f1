import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A receiver that answers as WeCom's group bot does, so that nobody needs a key to see an alert. */
export type DemoChat = {
  /** What stands in a channel's `url`. */
  url: string
  /** The text of the first message that came, or comes within the time. */
  firstMessage(timeoutMs: number): Promise<string>
  stop(): Promise<void>
}

type Message = {
  markdown?: { content: string }
  markdown_v2?: { content: string }
  text?: { content: string }
}

export async function startDemoChat(): Promise<DemoChat> {
  let came = (_text: string): void => {}
  const first = new Promise<string>((resolve) => {
    came = resolve
  })
  const server = createServer(async (request, response) => {
    const { markdown, markdown_v2: second, text } = (await json(request)) as Message
    came((second ?? markdown ?? text)?.content ?? '')
    response.setHeader('content-type', 'application/json')
    response.end('{"errcode":0,"errmsg":"ok"}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cgi-bin/webhook/send?key=demo`,
    async firstMessage(timeoutMs) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        const say = (): void => reject(new Error(`no alert came within ${timeoutMs / 1000} s`))
        timer = setTimeout(say, timeoutMs)
      })
      try {
        return await Promise.race([first, late])
      } finally {
        clearTimeout(timer)
      }
    },
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
