import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type NodeMajor, nodeBinary } from '../../../scripts/node-versions.ts'

export const fixtures: string = join(import.meta.dirname, 'fixtures')

export type ChildOptions = {
  node?: NodeMajor
  /** Where the script is. Default: `fixtures`. */
  directory?: string
  /** Node's own options, the script and its arguments. */
  args: readonly string[]
  env?: Record<string, string>
  /** One is sent at each line `ready`; an array sends several at once. */
  signals?: readonly (NodeJS.Signals | NodeJS.Signals[])[]
}

/** In a process group of its own: a child may send a signal to its whole group. */
const detached = true

export type ChildEnd = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

/** Runs a script to its end. Nothing of this process's environment but PATH reaches it. */
export async function runChild({
  node = 24,
  directory = fixtures,
  args,
  env = {},
  signals = [],
}: ChildOptions): Promise<ChildEnd> {
  const binary = await nodeBinary(node)
  const child = spawn(binary, args, { cwd: directory, detached, env: { PATH: process.env.PATH, ...env } })
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

/**
 * Bundles scripts of `fixtures`, each with the pipeline in one file or two, as applications have it in the preload: for those that start
 * a thousand times, of which loading the modules one by one would be most. Resolves with the folder.
 */
export async function bundleFixtures(scripts: readonly string[]): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'clew-fixtures-')))
  await build({
    ...{
      absWorkingDir: fixtures,
      entryPoints: [...scripts],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
    },
    ...{ bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'esnext' },
    ...{ chunkNames: 'chunk-[hash]', logLevel: 'warning' },
  })
  // The thread that sends at the end of the process lies beside the pipeline.
  await build({
    ...{ absWorkingDir: fixtures, entryPoints: ['../../dist/exit/flush-worker.js'], outdir: folder },
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'esnext', logLevel: 'warning' },
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  cpSync(join(fixtures, 'tls'), join(folder, 'tls'), { recursive: true })
  return folder
}
