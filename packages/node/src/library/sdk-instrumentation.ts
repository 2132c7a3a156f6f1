import {
  type Instrumentation,
  type OptionSpecs,
  type OptionValues,
  type Stop,
  startInstrumentation,
} from '@clew/core'
import type { TracerProvider } from '@opentelemetry/api'

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
