export {
  describeKafkaFailure,
  type KafkaFailure,
  type KafkaOptionName,
  noteConnectionErrors,
  remedyOfKafkaFailure,
} from './kafka-failure.ts'
export {
  type KafkaSecurity,
  type KafkaSecurityOptions,
  kafkaClientSecurity,
  kafkaMechanisms,
  kafkaVariableOf,
  readKafkaSecurity,
} from './kafka-security.ts'
export { type Pairs, parseEncodedPairs, parseHeaders, parseList, parsePairs } from './list.ts'
export {
  formatDuration,
  formatSize,
  type Measured,
  measureDuration,
  measureSize,
} from './measure.ts'
export { formatMistake, type Given, given, type Mistake, requireAll } from './mistake.ts'
export { nearestName } from './nearest-name.ts'
export {
  type OtlpAddress,
  parseGrpcTarget,
  parseHttpAddress,
  parseOtlpAddress,
  signalAddress,
} from './otlp-address.ts'
export { type Fault, type Parse, type Parsed, quote, textOf, unusable, usable } from './parsed.ts'
export { readPem } from './pem-file.ts'
export { printableAddress } from './printable-address.ts'
export { isPrintableName, printableReason, printableValue } from './printable-value.ts'
export { parseBytes, parseDuration, parseMilliseconds } from './quantity.ts'
export {
  parseBoolean,
  parseChoice,
  parseCount,
  parseDecimal,
  parseNumber,
  parseOrOff,
  parsePositive,
  parseRatio,
  parseShare,
  parseText,
} from './scalar.ts'
