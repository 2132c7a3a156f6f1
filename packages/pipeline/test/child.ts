import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type NodeMajor, nodeBinary } from '../../../scripts/node-versions.ts'

export const fixtures: string = join(import.meta.dirname, 'fixtures')

export type ChildOptions = {
  node?: NodeMajor
  /** Node's own options, the script and its arguments. */
  args: readonly string[]
  env?: Record<string, string>
  /** One is sent at each line `ready`; an array sends several at once. */
  signals?: readonly (NodeJS.Signals | NodeJS.Signals[])[]
}

/** In a process group of its own: a child may send a signal to its whole group. */
const detached = true

export type ChildEnd = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

/** Runs a script of `fixtures` to its end. Nothing of this process's environment but PATH reaches it. */
export async function runChild({ node = 24, args, env = {}, signals = [] }: ChildOptions): Promise<ChildEnd> {
  const binary = await nodeBinary(node)
  const child = spawn(binary, args, { cwd: fixtures, detached, env: { PATH: process.env.PATH, ...env } })
  const end: ChildEnd = { code: null, signal: null, stdout: '', stderr: '' }
  let sent = 0
  child.stderr.on('data', (piece) => {
    end.stderr += piece
  })
  child.stdout.on('data', (piece) => {
    end.stdout += piece
    const readyLines = end.stdout.split('ready\n').length - 1
    for (; sent < Math.min(readyLines, signals.length); sent++) {
      for (const signal of [signals[sent] ?? []].flat()) child.kill(signal)
    }
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      end.code = code
      end.signal = signal
      // A process id, and the line of node:events for one `exit` listener or for several.
      end.stderr = end.stderr.replaceAll(/\(node:\d+\)|\(node:events:\d+:\d+\)/g, '(node)')
      resolve(end)
    })
  })
}
