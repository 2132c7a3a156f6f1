// What the instrumentations of queues and logs of messages share; loaded with the first of them.
export { runTraced, type TracedWork } from '../seams/with-root.ts'
export { describeSent, type MessagePlace, type Sending } from './attributes.ts'
export {
  contextOfHeaders,
  type HeaderReader,
  headersOf,
  headersToAdd,
  type SentHeaders,
} from './headers.ts'
export {
  beginBatch,
  beginMessage,
  beginSending,
  messageOptions,
  type ReceivedMessage,
} from './message-work.ts'
export { decideRelation, type Relation, type WantedRelation } from './relation.ts'
