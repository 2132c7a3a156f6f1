import { spawn } from 'node:child_process'
import { type NodeMajor, nodeBinary } from '../../../scripts/node-versions.ts'

export type ChildOptions = {
  node: NodeMajor
  /** The folder of the application. */
  directory: string
  /** Node's own options, the script and its arguments. */
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  /** One is sent at each line `ready`; an array sends several at once. */
  signals?: readonly (NodeJS.Signals | NodeJS.Signals[])[]
}

export type ChildEnd = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

/** By NODE_OPTIONS, so that workers, forks and what a tool starts are preloaded as well. */
export const preload: Readonly<Record<string, string>> = {
  NODE_OPTIONS: '--require @clew/node/register',
  CLEW_QUIET: '1',
}

/** Runs an application to its end. Nothing of this process's environment but PATH reaches it. */
export async function runChild({
  node,
  directory,
  args,
  env = {},
  signals = [],
}: ChildOptions): Promise<ChildEnd> {
  const binary = await nodeBinary(node)
  const child = spawn(binary, args, { cwd: directory, env: { PATH: process.env.PATH, ...env } })
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
      resolve({ ...end, code, signal, stderr: comparable(end.stderr) })
    })
  })
}

/** Without process ids, and without the frame that Node 22 puts below every callback of a process with an AsyncLocalStorage. */
function comparable(stderr: string): string {
  return stderr
    .replaceAll(/\(node:\d+\)/g, '(node)')
    .replaceAll(/^ +at \S+\.callbackTrampoline \(node:internal\/async_hooks:\d+:\d+\)\n/gm, '')
}
