import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { fileExporter } from '@clew/file-exporter'
import { createThreadSender, type Pipeline, startPipeline } from '@clew/pipeline'
import type { FileOptions } from '../src/options.ts'

export const defaults: FileOptions = {
  ...{ path: '', format: 'otel', maxFileSize: '20MiB', every: 'never', maxFiles: 10 },
  ...{ maxTotalSize: '200MiB', gzip: true },
}

/** A pipeline that writes to a file alone. */
export type Started = { pipeline: Pipeline; reports: string[]; log(body: string, attributes?: object): void }

export function startFilePipeline(options: Partial<FileOptions>, spoolDirectory?: string): Started {
  const reports: string[] = []
  const report = (code: string, message: string): void => {
    reports.push(`${code} ${message}`)
  }
  const destination = fileExporter.open({ ...defaults, ...options }, { createThreadSender, say: report })
  if (typeof destination !== 'object') throw new Error(String(destination))
  const pipeline = startPipeline(
    {
      ...{ resource: { 'service.name': 'shop' }, report, scheduleDelayMs: 20, exit: 'off' },
      ...(spoolDirectory === undefined ? {} : { spoolDirectory }),
    },
    [destination],
  )
  const scope = { name: 'test', version: '1' }
  const log = (body: string, attributes: object = {}): void => {
    pipeline.log(scope, {
      ...{ timeUnixMs: Date.now(), severityNumber: 9, severityText: 'INFO', body, attributes },
    })
  }
  return { pipeline, reports, log }
}

/**
 * The file and all rotated ones, the oldest first; `withParts` also those that are being compressed. A process that ended between
 * naming the compressed file and deleting its source leaves both, until the next one starts: lines are read of one.
 */
export function filesOf(path: string, withParts = false): string[] {
  const stem = basename(path, extname(path))
  const names = readdirSync(dirname(path))
  const rotated = names.filter(
    (name) =>
      name.startsWith(`${stem}-`) && (withParts || !(name.endsWith('-part') || names.includes(`${name}.gz`))),
  )
  return [...rotated.toSorted().map((name) => join(dirname(path), name)), path]
}

export function linesOf(path: string): string[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  return text.split('\n').filter((line) => line !== '')
}

/** Bodies of all lines, in the order of the files. */
export function bodiesOf(path: string): unknown[] {
  return filesOf(path)
    .flatMap(linesOf)
    .map((line) => (JSON.parse(line) as { body: unknown }).body)
}

export function totalBytes(path: string): number {
  return filesOf(path, true).reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}
