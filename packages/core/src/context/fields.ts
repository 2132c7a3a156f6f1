import type { Context } from '@opentelemetry/api'
import { report } from '../process/report.ts'
import { activeContext, runInContext } from './context-manager.ts'
import { contextWithRecordScope, type Fields, RecordScope, recordScopeOf } from './request-context.ts'

const noFields: Fields = Object.freeze({})

/**
 * Runs `work` with these request fields on each of its records and on the jobs it makes, beside the fields that
 * were there. Works without any SDK. Throws only what `work` throws.
 *
 * @example
 * withFields({ tenant: 'acme' }, () => logger.info('imported'))
 */
export function withFields<T>(fields: Fields, work: () => T): T {
  return runInContext(contextWithFields(activeContext(), fields), work)
}

/**
 * Adds request fields to the running request, job or `withFields` call: to all records that come after, wherever in
 * the request they are written; the server span of a request has them, too. Outside of any it does nothing and reports CLEW_NO_SCOPE. Never throws.
 *
 * @example
 * app.use((req, res, next) => { setFields({ user_id: req.user.id }); next() })
 */
export function setFields(fields: Fields): void {
  const scope = recordScopeOf(activeContext())
  if (scope) scope.add(fields)
  else report('CLEW_NO_SCOPE', `setFields(${Object.keys(fields).join(', ')}) outside of a request or job`)
}

/** The request fields in force, empty outside of any request. */
export function getFields(context: Context = activeContext()): Fields {
  return recordScopeOf(context)?.fields ?? noFields
}

/** The context whose records carry these fields beside those of `context`. */
export function contextWithFields(context: Context, fields: Fields): Context {
  const outer = recordScopeOf(context)
  const scope = new RecordScope({ ...outer?.fields, ...fields }, outer?.identity, outer?.origin)
  return contextWithRecordScope(context, scope)
}

/**
 * The context of a new unit of work, such as a request or an attempt of a job: it begins with `fields`, and
 * `identity` (queue, job id, attempt) is on every record and cannot be set over. `origin`, what the work came in by, is
 * in `recordScopeOf()` of each context below.
 */
export function contextForWork(
  context: Context,
  fields: Fields = noFields,
  identity?: Fields,
  origin?: unknown,
): Context {
  return contextWithRecordScope(context, new RecordScope(fields, identity, origin))
}
