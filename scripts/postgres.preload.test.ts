import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'

const module = new URL('postgres.ts', import.meta.url).href
const program = `
  const { url } = await (await import(${JSON.stringify(module)})).startEmbeddedPostgres()
  console.log(url)
  process.kill(process.pid, 'SIGKILL')`

test('the embedded PostgreSQL ends with the process that started it, even by SIGKILL', async () => {
  const words = ['--input-type=module', '--eval', program]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = (await text(child.stdout)).trim()
  expect(url).toMatch(/^postgres:\/\/clew:clew@127\.0\.0\.1:\d+\/clew$/)
  while (await listens(Number(new URL(url).port))) await delay(20)
})

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
