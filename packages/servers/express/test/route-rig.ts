import { createServer, type RequestListener, request } from 'node:http'
import { createRequire } from 'node:module'
import { type Stop, setReporter, startInstrumentation, stopAll } from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import type express from 'express'
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalServers, localServers } from '../../http/test/local-servers.ts'
import { expressInstrumentation } from '../src/index.ts'

export type Express = typeof express
type App = ReturnType<Express>

const require = createRequire(import.meta.url)

let spans: SpanRecorder
let stops: Stop[]
export let servers: LocalServers
export let reports: string[]

beforeEach(() => {
  reports = []
  spans = recordSpans()
  servers = localServers()
  stops = [
    setReporter((code, message) => reports.push(`${code}: ${message}`)),
    startInstrumentation(httpInstrumentation),
    startInstrumentation(expressInstrumentation),
  ]
})

afterEach(() => {
  servers.close()
  stopAll(stops)
  spans.stop()
})

export const answer: RequestHandler = (_, res) => {
  res.send('ok')
}
export const pass: RequestHandler = (_, __, next) => next()
export const passLater: RequestHandler = async (_, __, next) => {
  await new Promise(setImmediate)
  next()
}
export const fail: RequestHandler = (_, __, next) => next(new Error('no'))
export const recover = (_: Error, __: Request, res: Response, ___: NextFunction): unknown =>
  res.status(500).send('sorry')

export type Shape = {
  name: string
  /** Where the syntax of paths differs, by major. */
  build: (app: App, express: Express, major: '4' | '5') => void
  /** Expected routes by `METHOD target`. */
  routes: Record<string, string | undefined>
}

/** A router with one route, `/:id`. */
export const byId = (express: Express, options?: express.RouterOptions): Router =>
  express.Router(options).get('/:id', answer)
export const none = undefined

const versions = { express: '5', express4: '4' } as const

/** Describes the same for each major. */
export function eachVersion(tests: (load: () => Express, major: '4' | '5') => void): void {
  describe.each(Object.entries(versions))('%s', (alias, major) =>
    tests(() => require(require.resolve(alias)) as Express, major),
  )
}

export function testShapes(shapes: readonly Shape[]): void {
  eachVersion((load, major) => {
    test.each(shapes)('http.route of $name', async ({ build, routes }) => {
      const express = load()
      const app = express()
      build(app, express, major)
      const seen = await routesOf(app, Object.keys(routes))
      const expected = Object.entries(routes).map(([line, route]) => [line, forMajor(route, major)])
      expect({ ...seen, reports }).toEqual({ ...Object.fromEntries(expected), reports: [] })
    })
  })
}

function forMajor(route: string | undefined, major: '4' | '5'): string | undefined {
  return route?.split('|')[major === '5' ? 0 : route.split('|').length - 1]
}

export async function routesOf(
  listener: RequestListener,
  lines: string[],
): Promise<Record<string, string | undefined>> {
  const port = await servers.listen(createServer(listener))
  const routes: Record<string, string | undefined> = {}
  for (const line of lines) routes[line] = await routeOf(port, line)
  return routes
}

/** By node:http, which sends a target as it is. */
export async function routeOf(port: number, line: string): Promise<string | undefined> {
  const [method, path] = line.split(' ')
  spans.clear()
  await new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', method, path, agent: false }, (response) =>
      response.resume().on('end', resolve),
    )
      .on('error', reject)
      .end()
  })
  const all = await spans.waitFor((found) => found.some(({ kind }) => kind === 'server'))
  return all.find(({ kind }) => kind === 'server')!.attributes['http.route'] as string | undefined
}
