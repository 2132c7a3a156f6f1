import type { IncomingMessage, ServerResponse } from 'node:http'
import { shortText } from '@clew/otlp/text'
import type { Failure } from '../reply/reply.ts'
import { type Route, routes } from './routes.ts'

/** A request to a route, with the values of its parameters. */
export type Call = { request: IncomingMessage; response: ServerResponse; values: Record<string, string> }

/** Reads what a route answers, by the values of its parameters. */
export type Reader = (values: Record<string, string>) => Promise<object>

/** A route with the values of its parameters, or why there is none. */
export type Match = { route: Route; values: Record<string, string> } | { failure: Failure }

type Pattern = { route: Route; path: RegExp; names: string[] }

const patterns: readonly Pattern[] = routes.map((route) => ({
  route,
  path: new RegExp(`^${route.path.replace('.', '\\.').replace(/\{\w+\}/g, '([^/]+)')}$`),
  names: [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!),
}))

/** Finds the route for a request to `/api/…`; a parameter that it does not know is a failure. */
export function matchRoute(method: string, url: URL): Match {
  const found = patterns.filter(({ path }) => path.test(url.pathname))
  if (found.length === 0)
    return failed(404, 'not-found', `${shortText(url.pathname)} is no route; see /api/openapi.json`)
  const pattern = found.find(({ route }) => route.method === method)
  if (pattern === undefined) {
    const allow = found.map(({ route }) => route.method).join(', ')
    const failure = failed(405, 'method', `use ${allow}`).failure
    return { failure: { ...failure, headers: { allow } } }
  }
  const inPath = readPath(pattern, url.pathname)
  if (inPath === undefined) return failed(400, 'invalid', 'the path is not percent-encoded UTF-8')
  const problem = problemOfQuery(pattern.route, url.searchParams)
  if (problem !== undefined) return failed(400, 'invalid', problem)
  return { route: pattern.route, values: { ...Object.fromEntries(url.searchParams), ...inPath } }
}

function readPath({ path, names }: Pattern, pathname: string): Record<string, string> | undefined {
  const texts = path.exec(pathname)?.slice(1) ?? []
  try {
    return Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(texts[i]!)]))
  } catch {
    return undefined
  }
}

function problemOfQuery({ parameters }: Route, query: URLSearchParams): string | undefined {
  const known: readonly string[] = parameters
  const names = [...query.keys()]
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    const list = known.length === 0 ? 'there are none' : `known are ${known.join(', ')}`
    return `unknown parameter ${unknown.slice(0, 5).map(shortText).join(', ')}; ${list}`
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  return twice === undefined ? undefined : `parameter ${shortText(twice)} is given more than once`
}

function failed(status: number, code: string, message: string): { failure: Failure } {
  return { failure: { status, code, message } }
}
