import { Agent, request } from 'node:http'
import { json } from 'node:stream/consumers'

const agent = new Agent({ keepAlive: true })

export type Asked<T> = { answer: T; ms: number }

/** Asks a desk's API; the time is until the last byte has come. Rejects unless it answers 200. */
export function askApi<T>(
  url: string,
  path: string,
  parameters: Record<string, string> = {},
): Promise<Asked<T>> {
  const search = new URLSearchParams(parameters)
  const beganMs = performance.now()
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}?${search}`, { agent }, (response) => {
      let endedMs = beganMs
      response.once('end', () => {
        endedMs = performance.now()
      })
      json(response).then((answer) => {
        if (response.statusCode === 200) resolve({ answer: answer as T, ms: endedMs - beganMs })
        else reject(new Error(`${path}?${search} answered ${response.statusCode}: ${JSON.stringify(answer)}`))
      }, reject)
    })
    asked.once('error', reject).end()
  })
}
