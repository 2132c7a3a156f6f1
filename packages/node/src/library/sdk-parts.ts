import {
  activeContext,
  type Instrumentation,
  type OptionSpecs,
  type OptionValues,
  recordScopeOf,
  type Stop,
  startInstrumentation,
} from '@clew/core'
import type { Context, TracerProvider } from '@opentelemetry/api'

/** The interface by which a NodeSDK drives an instrumentation, as far as it applies. */
export type SdkInstrumentation = {
  instrumentationName: string
  instrumentationVersion: string
  enable(): void
  disable(): void
  setTracerProvider(provider: TracerProvider): void
  setMeterProvider(): void
  setLoggerProvider(): void
  setConfig(): void
  getConfig(): { enabled: boolean }
}

/** An instrumentation of Clew as one of OpenTelemetry's: it starts with the Tracer that the SDK hands over. */
export function adaptInstrumentation(
  instrumentation: Instrumentation,
  options: Partial<OptionValues<OptionSpecs>>,
): SdkInstrumentation {
  let stop: Stop | undefined
  let provider: TracerProvider | undefined
  const { name, version } = instrumentation
  const disable = (): void => {
    stop?.()
    stop = undefined
  }
  const enable = (): void => {
    disable()
    stop = startInstrumentation(instrumentation, options, provider?.getTracer(`@clew/${name}`, version))
  }
  return {
    instrumentationName: `@clew/${name}`,
    instrumentationVersion: version,
    enable,
    disable,
    setTracerProvider: (given) => {
      provider = given
      enable()
    },
    setMeterProvider: () => {},
    setLoggerProvider: () => {},
    setConfig: () => {},
    getConfig: () => ({ enabled: stop !== undefined }),
  }
}

/** The part of an SDK's log record that a processor may write to. */
type WritableRecord = {
  readonly attributes: Readonly<Record<string, unknown>>
  setAttribute(key: string, value: string | number | boolean): unknown
}

/** A LogRecordProcessor of SDK 2 and 3. */
export type ScopeProcessor = {
  onEmit(record: WritableRecord, context?: Context): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/** Puts request fields and job identity on each record of the SDK that does not have an attribute of that name. */
export function createScopeProcessor(): ScopeProcessor {
  return {
    onEmit: (record, context = activeContext()) => {
      const attributes = recordScopeOf(context)?.attributes ?? {}
      for (const [key, value] of Object.entries(attributes)) {
        if (!(key in record.attributes)) record.setAttribute(key, value)
      }
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
}
