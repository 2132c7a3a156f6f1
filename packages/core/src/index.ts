import { severityOf as severityOfLevel } from '@clew/otlp/severity'

export { contextOfEnvironment, traceEnvironment } from './api/environment.ts'
export {
  type ApiGlobal,
  apiGlobal,
  extractContext,
  injectContext,
  requireApiGlobal,
} from './api/registered-api.ts'
export {
  type ChosenPlace,
  chosenPlace,
  NoopSpan,
  type ObservedSpan,
  observeSpans,
  SpanKind,
  type SpanObserver,
  type SpanOwner,
  SpanStatusCode,
  setSpanOwner,
  showSpan,
} from './api/span.ts'
export {
  activeContext,
  bindContext,
  bindToContext,
  createContextManager,
  enterContext,
  runInContext,
  setOutsideContext,
} from './context/context-manager.ts'
export { contextForWork, contextWithFields, getFields, setFields, withFields } from './context/fields.ts'
export {
  contextWithSpan,
  type Fields,
  type FieldValue,
  formatTraceparent,
  handsOnMarks,
  isTracingSuppressed,
  recordScopeOf,
  rootContext,
  spanContextOf,
  spanOf,
  suppressedRoot,
  suppressTracing,
  withoutMark,
} from './context/request-context.ts'
export { monotonicMs, unixNowMs, wallOffsetMs } from './process/clock.ts'
export { type ErrorCode, errorCatalogue } from './process/errors.ts'
export { createHiddenSlot, type HiddenSlot } from './process/hidden-slot.ts'
export {
  addMeters,
  listMeters,
  type Meter,
  type MeterValue,
  serviceName,
  setServiceName,
} from './process/meters.ts'
export {
  createReporter,
  cutSecrets,
  guard,
  isError,
  type Reporter,
  report,
  reportThrown,
  setReporter,
  setSecretCutter,
} from './process/report.ts'
export { attachedVersions, readStatus, setStatus } from './process/status.ts'
export { checkEvent, defineEvent, event } from './record/event.ts'
// With a star, for `declare module '@clew/core' { interface Events { … } }` to reach the interface.
export type * from './record/event-types.ts'
export { type KeptTraces, keep, keptTraces, setKeptTraces } from './record/kept-traces.ts'
export { registeredLoggerProvider } from './record/logs-api.ts'
export { findPrinted, parseObject } from './record/printed-json.ts'
export { isPrinted, notePrinted, setPrinting, stampKeys, traceFlagsText } from './record/printed-line.ts'
export { type QueryRecords, setQueryRecords } from './record/query-record.ts'
export { createRecord, type InstrumentationScope, type LogRecord } from './record/record.ts'
export {
  emitRecord,
  type ObservedRecord,
  observeRecords,
  type RecordObserver,
  type RecordSink,
  setRecordSink,
  showRecord,
} from './record/sink.ts'
export { setTemplates, templateKey, templateOf } from './record/template.ts'
export { type ChannelOptions, runChannelInRoot, subscribeChannel, traceChannel } from './seams/channel.ts'
export { bindingCallbacks, emittingInRoot, runningInRoot } from './seams/connection.ts'
export {
  addRouteSource,
  type HttpRequest,
  hideServer,
  httpRequestOf,
  httpRouteOf,
  isHiddenServer,
  type RouteSource,
  setHttpRoute,
  trackHttpRequest,
} from './seams/http-route.ts'
export { compareVersions, isVersionWithin, type VersionRange } from './seams/installed-package.ts'
export {
  type Instrumentation,
  type OptionSpec,
  type OptionSpecs,
  type OptionValues,
  optionValues,
  type Runtime,
  runningInstrumentations,
  type Stop,
  startInstrumentation,
  stopAll,
  waitingInstrumentations,
} from './seams/instrumentation.ts'
export {
  type Attached,
  type BundledModule,
  joinBundled,
  type LoadedModule,
  type ModuleSource,
  onModuleLoad,
} from './seams/on-module-load.ts'
export {
  endSpan,
  errorType,
  failSpan,
  functionNameOf,
  methodNameOf,
  type Operation,
  recordError,
  type SpanDescription,
  setFunctionName,
  startOperation,
} from './seams/operation.ts'
export { runAsRoot, withRoot } from './seams/with-root.ts'
export { owningPrototype, wrapMethod } from './seams/wrap-method.ts'

/**
 * The OpenTelemetry severity (1 to 24) of a level's name. A name nobody knows is placed by its neighbours: `levels`
 * ranks a logger's own names, 0 the most severe, and an unknown one stands a step below the nearest known name
 * above it, FATAL when there is none. Without `levels`, INFO.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields
 */
// Its type is written out so that the declarations of core, which is bundled, name no other package.
export const severityOf: (level: string, levels?: Readonly<Record<string, number>>) => number =
  severityOfLevel
