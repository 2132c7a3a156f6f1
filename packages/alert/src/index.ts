export {
  type Alert,
  type AlertLine,
  type AlertSeverity,
  alertSeverities,
  type Change,
  type Decision,
  type DecisionReason,
  type EarlyWarning,
  type Observation,
  type RuleType,
  ruleTypes,
} from './alert.ts'
export { type Channel, type ChannelType, channelTypes, type Notice } from './channels/channel.ts'
export type { Post } from './channels/post.ts'
export { channelSchema, readChannel, readChannels } from './channels/read-channel.ts'
export { describeObservation, type Language } from './channels/words.ts'
export type { Expected, ExpectedWindow } from './detect/expected.ts'
export type { Opinion } from './detect/warning.ts'
export { type KeptWarning, leadMsOf, type WarningState, warningStates } from './early/kept-warning.ts'
export type { RuleExpected } from './early/watch.ts'
export type { CellState, Outcome } from './engine/cell.ts'
export { endsByItself } from './engine/compile.ts'
export { createEngine, type Engine, type Hits } from './engine/engine.ts'
export { type AlertRecord, plausibleMs, recordsOf } from './engine/record.ts'
export { spanRecordsOf } from './engine/span-record.ts'
export { type Budget, createMemoryBudget, type Permit } from './notify/budget.ts'
export type { DeadLetter } from './notify/dead-letters.ts'
export type { Grouping } from './notify/grouping.ts'
export { createNotifier, type Notifier, type NotifierOptions } from './notify/notifier.ts'
export {
  type Inhibition,
  type Matcher,
  type Mute,
  openPolicy,
  type Policy,
  type Silence,
  silenceOf,
  type Verdict,
} from './notify/policy.ts'
export { createRedisBudget, type RedisBudgetOptions, type ScriptClient } from './notify/redis-budget.ts'
export type { Unsent } from './notify/stop.ts'
export type { WeekTime } from './notify/week-time.ts'
export { type AlertMetrics, createAlertMetrics } from './run/alert-metrics.ts'
export { type Alerting, type AlertingOptions, startAlerting } from './run/alerting.ts'
export { type AlertsFile, alertsSchema, readAlertsFile } from './run/alerts-file.ts'
export { type ConsumeOptions, type Consumption, consumeSource, reachOf } from './run/consume-source.ts'
export { type Arrival, type Replay, replayArrivals, replayRecords } from './run/replay.ts'
export { createRunner, type Runner } from './run/runner.ts'
export { type ServeMetricsOptions, serveMetrics } from './run/serve-metrics.ts'
export type { Learning } from './run/watching.ts'
export type { KafkaConnection } from './sources/kafka-client.ts'
export type { KafkaSourceOptions } from './sources/kafka-partition.ts'
export { kafkaSource } from './sources/kafka-source.ts'
export { type LinesSourceOptions, linesSource } from './sources/lines-source.ts'
export { type OtlpSourceOptions, otlpSource } from './sources/otlp-source.ts'
export { createMessageReader, type MessageReader } from './sources/read-message.ts'
export { type BadLines, readRecords, recordsOfLine } from './sources/read-records.ts'
export { type RedisSourceOptions, redisSource } from './sources/redis-source.ts'
export { idleMs, type RecordBatch, type Sink, type Source, type Taken } from './sources/source.ts'
export { createMemoryStore } from './store/memory-store.ts'
export type { RedisClient } from './store/redis-client.ts'
export { createRedisStore } from './store/redis-store.ts'
export { createSqliteStore } from './store/sqlite-store.ts'
export {
  type AlertStore,
  type CellChange,
  type Commit,
  type CommitResult,
  type Span,
  StateLostError,
  type StoredCell,
  type StoreSize,
  type WaitingAlert,
} from './store/store.ts'
