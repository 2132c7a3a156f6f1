import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtProgram } from './go.ts'
import { ended, freePort, reachable } from './services.ts'

/** Of its Go module, which is that of Jaeger 2. */
export const jaegerVersion = '1.76.0'

/** Where a Jaeger listens on 127.0.0.1. */
export type JaegerPorts = { http: number; grpc: number; query: number; queryGrpc: number }

/** A Jaeger that runs, with its memory as the store. */
export type Jaeger = { ports: JaegerPorts; stop(): Promise<void> }

/** Builds it once, in some minutes, and gives its executable file. It has no page: that is no part of the module. */
export function buildJaeger(): Promise<string> {
  const module = 'github.com/jaegertracing/jaeger'
  return builtProgram('jaeger', { module, version: jaegerVersion, command: 'cmd/jaeger' })
}

/** What is stored beyond so many traces is forgotten. */
export function jaegerConfiguration(ports: JaegerPorts, maxTraces: number): object {
  const at = (port: number): object => ({ endpoint: `127.0.0.1:${port}` })
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_query: { storage: { traces: 'memory' }, http: at(ports.query), grpc: at(ports.queryGrpc) },
      jaeger_storage: { backends: { memory: { memory: { max_traces: maxTraces } } } },
    },
    receivers: { otlp: { protocols: { http: at(ports.http), grpc: at(ports.grpc) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  }
}

export async function jaegerPorts(): Promise<JaegerPorts> {
  const [http, grpc, query, queryGrpc] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  return { http, grpc, query, queryGrpc }
}

/** Starts one on free ports; needs Go 1.26 unless it was built before. */
export async function startJaeger(): Promise<Jaeger> {
  const [command, ports] = [await buildJaeger(), await jaegerPorts()]
  const directory = mkdtempSync(join(tmpdir(), 'clew-jaeger-'))
  const file = join(directory, 'config.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(jaegerConfiguration(ports, 1000)))
  const server = spawn(command, ['--config', file], { stdio: 'ignore' })
  for (const port of [ports.query, ports.http]) await reachable(port, server)
  const stop = async (): Promise<void> => {
    await ended(server)
    rmSync(directory, { recursive: true })
  }
  return { ports, stop }
}
