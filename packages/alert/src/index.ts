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
