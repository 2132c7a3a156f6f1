export {
  type Alert,
  type AlertLine,
  type AlertSeverity,
  alertSeverities,
  type Decision,
  type DecisionReason,
  type Observation,
  type RuleType,
  ruleTypes,
} from './alert.ts'
export type { CellState, Outcome } from './engine/cell.ts'
export { createEngine, type Engine, type Hits } from './engine/engine.ts'
export { type AlertRecord, plausibleMs, recordsOf } from './engine/record.ts'
export { createRunner, type RecordBatch, type Runner } from './run/runner.ts'
export { createMemoryStore } from './store/memory-store.ts'
export type {
  AlertStore,
  CellChange,
  Commit,
  CommitResult,
  Span,
  StoredCell,
  WaitingAlert,
} from './store/store.ts'
