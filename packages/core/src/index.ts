import { severityOf as severityOfLevel } from '@clew/otlp/severity'

export { type ApiGlobal, apiGlobal, requireApiGlobal } from './api/api-global.ts'
export { SpanKind, SpanStatusCode } from './api/constants.ts'
export { NoopSpan } from './api/noop-span.ts'
export { extractContext, injectContext } from './api/propagation.ts'
export { unixNowMs, wallOffsetMs } from './clock.ts'
export {
  activeContext,
  bindToContext,
  createContextManager,
  enterContext,
  runInContext,
} from './context/context-manager.ts'
export type { Fields, FieldValue } from './context/record-scope.ts'
export {
  contextWithSpan,
  isTracingSuppressed,
  recordScopeOf,
  rootContext,
  spanContextOf,
  spanOf,
  suppressedRoot,
  suppressTracing,
} from './context/request-context.ts'
export { type ErrorCode, errorCatalogue } from './errors.ts'
export { contextForWork, contextWithFields, getFields, setFields, withFields } from './fields.ts'
export { createHiddenSlot, type HiddenSlot } from './hidden-slot.ts'
export {
  type Instrumentation,
  type OptionSpec,
  type OptionSpecs,
  type OptionValues,
  optionValues,
  type Runtime,
  type Stop,
  stopAll,
} from './instrumentation.ts'
export { registeredLoggerProvider } from './record/logs-api.ts'
export {
  emitRecord,
  type InstrumentationScope,
  type LogRecord,
  type RecordSink,
  setRecordSink,
} from './record/record.ts'
export { guard, report, setReporter } from './report.ts'
export { createReporter, type Reporter } from './reporter.ts'
export { type HttpRequest, httpRequestOf, setHttpRoute, trackHttpRequest } from './seams/http-route.ts'
export {
  type Attached,
  compareVersions,
  type LoadedModule,
  type ModuleSource,
  onModuleLoad,
} from './seams/on-module-load.ts'
export {
  endSpan,
  errorType,
  failSpan,
  type Operation,
  type SpanDescription,
  startOperation,
} from './seams/operation.ts'
export { subscribeChannel } from './seams/subscribe-channel.ts'
export { traceChannel } from './seams/trace-channel.ts'
export { wrapMethod } from './seams/wrap-method.ts'
export { runningInstrumentations, startInstrumentation } from './start-instrumentation.ts'

/**
 * The OpenTelemetry severity (1 to 24) of a level's name. A name nobody knows is placed by its neighbours: `levels`
 * ranks a logger's own names, 0 the most severe, and an unknown one stands a step below the nearest known name
 * above it, FATAL when there is none. Without `levels`, INFO.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields
 */
// Its type is written out so that the declarations of core, which is bundled, name no other package.
export const severityOf: (level: string, levels?: Readonly<Record<string, number>>) => number =
  severityOfLevel
