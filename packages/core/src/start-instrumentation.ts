import type { Tracer } from '@opentelemetry/api'
import { registeredTracer } from './api/registered-tracer.ts'
import {
  type Instrumentation,
  type OptionSpecs,
  type OptionValues,
  optionValues,
  type Stop,
} from './instrumentation.ts'
import { guard, report } from './report.ts'
import { coreState } from './state.ts'

/**
 * Starts an instrumentation once per process, with the defaults of its options under `given` and, unless `tracer` is
 * there, the Tracer of the registered SDK. A failing start is reported and leaves the library alone. Never throws.
 */
export function startInstrumentation<S extends OptionSpecs>(
  instrumentation: Instrumentation<S>,
  given: Partial<OptionValues<S>> = {},
  tracer: Tracer = registeredTracer(`@clew/${instrumentation.name}`, instrumentation.version),
): Stop {
  const { name } = instrumentation
  const { running } = coreState()
  if (running.has(name)) return () => {}
  try {
    const stop = instrumentation.start({ tracer, options: optionValues(instrumentation.options, given) })
    running.add(name)
    return () => {
      if (running.delete(name)) guard(`stopping ${name}`, stop, undefined)
    }
  } catch (error) {
    report(
      'CLEW_INSTRUMENTATION',
      `${name} could not start: ${error instanceof Error ? error.message : error}`,
    )
    return () => {}
  }
}

/** Names of the instrumentations that run now. */
export function runningInstrumentations(): string[] {
  return [...coreState().running]
}
