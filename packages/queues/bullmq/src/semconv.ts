// Messaging conventions are in development: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
// (read 2026-11-23, semantic conventions 1.4x). `bullmq` is not among the listed systems, which allows own values.
export const MESSAGING_SYSTEM = 'messaging.system'
export const MESSAGING_OPERATION_TYPE = 'messaging.operation.type'
export const MESSAGING_OPERATION_NAME = 'messaging.operation.name'
export const MESSAGING_DESTINATION_NAME = 'messaging.destination.name'
export const MESSAGING_MESSAGE_ID = 'messaging.message.id'

// What the conventions have no word for.
export const JOB_NAME = 'bullmq.job.name'
export const JOB_ATTEMPT = 'bullmq.job.attempt'
export const JOB_ATTEMPTS_MADE = 'bullmq.job.attempts_made'
export const JOB_PARENT = 'bullmq.job.parent'
export const JOB_WAIT_MS = 'bullmq.job.wait_ms'
export const JOB_OUTCOME = 'bullmq.job.outcome'
export const SCHEDULER_ID = 'bullmq.scheduler.id'
