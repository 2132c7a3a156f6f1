import { contextWithSpan, injectContext } from '@clew/core'
import type { TextMapSetter } from '@opentelemetry/api'
import { contextWithFieldsInBaggage } from '../propagated-fields.ts'
import type { ClientSpan } from './client-span.ts'

/** Writes the headers that join the receiver to the chain. */
export function injectSpan<Carrier>(
  { span, context }: ClientSpan,
  propagateFields: readonly string[],
  carrier: Carrier,
  setter: TextMapSetter<Carrier>,
): void {
  const sent = contextWithSpan(contextWithFieldsInBaggage(context, propagateFields), span)
  injectContext(sent, carrier, setter)
}
