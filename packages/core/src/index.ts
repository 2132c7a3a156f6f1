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
} from './instrumentation.ts'
export { registeredLoggerProvider } from './record/logs-api.ts'
export {
  emitRecord,
  type InstrumentationScope,
  type LogRecord,
  type RecordSink,
  setRecordSink,
} from './record/record.ts'
export { severityOf } from './record/severity.ts'
export { guard, report, setReporter } from './report.ts'
export { createReporter, type Reporter } from './reporter.ts'
export { endSpan, errorType, failSpan } from './seams/end-span.ts'
export { type HttpRequest, httpRequestOf, setHttpRoute, trackHttpRequest } from './seams/http-route.ts'
export {
  compareVersions,
  type LoadedModule,
  type ModuleSource,
  onModuleLoad,
} from './seams/on-module-load.ts'
export { type SpanDescription, traceChannel } from './seams/trace-channel.ts'
export { wrapMethod } from './seams/wrap-method.ts'
export { runningInstrumentations, startInstrumentation } from './start-instrumentation.ts'
