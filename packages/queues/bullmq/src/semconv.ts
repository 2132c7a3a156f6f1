// Messaging conventions are in development: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
// (read 2026-11-23, semantic conventions 1.4x). `bullmq` is not among the listed systems, which allows own values.
export const messagingSystem = 'messaging.system'
export const messagingOperationType = 'messaging.operation.type'
export const messagingOperationName = 'messaging.operation.name'
export const messagingDestinationName = 'messaging.destination.name'
export const messagingMessageId = 'messaging.message.id'

// What the conventions have no word for.
export const jobName = 'bullmq.job.name'
export const jobAttempt = 'bullmq.job.attempt'
export const jobAttemptsMade = 'bullmq.job.attempts_made'
export const jobParent = 'bullmq.job.parent'
export const jobWaitMs = 'bullmq.job.wait_ms'
export const jobOutcome = 'bullmq.job.outcome'
export const schedulerId = 'bullmq.scheduler.id'
