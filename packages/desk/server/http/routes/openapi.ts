import {
  alertDecisions,
  alertPage,
  alertSilence,
  apiError,
  arrivalPage,
  chainComparison,
  chainData,
  chainPage,
  chainRates,
  chainSummary,
  deskStatus,
  fields,
  importResult,
  logDetail,
  logFacets,
  logHistogram,
  logPage,
  logRow,
  logTail,
  metricPage,
  metricSeries,
  newAlertSilence,
  newWarningOpinion,
  pattern,
  patternDetail,
  patternPage,
  patternSeries,
  patternSeriesPage,
  serviceMap,
  spanDetail,
  surroundingLogs,
  warningPage,
  warningRow,
  wholeLog,
  wholeLogPage,
} from '../../../api/index.ts'
import { parameters, type Route, routes } from './routes.ts'

type JsonSchema = object

export type OpenApi = {
  openapi: '3.1.0'
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JsonSchema>; securitySchemes: object }
}

type Content = Record<string, { schema: JsonSchema }>

type Operation = {
  operationId: string
  summary: string
  parameters: {
    name: string
    in: 'path' | 'query'
    required: boolean
    description?: string
    schema: JsonSchema
  }[]
  requestBody?: { required: true; content: Content }
  responses: Record<string, { description: string; content: Content }>
  security: Record<string, []>[]
}

/** The schemas of `desk/api` that the document tells by name, wherever they occur. */
const schemas: Record<string, JsonSchema> = {
  AlertDecisions: alertDecisions,
  AlertPage: alertPage,
  AlertSilence: alertSilence,
  ApiError: apiError,
  ArrivalPage: arrivalPage,
  ChainComparison: chainComparison,
  ChainData: chainData,
  ChainPage: chainPage,
  ChainRates: chainRates,
  ChainSummary: chainSummary,
  DeskStatus: deskStatus,
  Fields: fields,
  ImportResult: importResult,
  LogDetail: logDetail,
  LogFacets: logFacets,
  LogHistogram: logHistogram,
  LogPage: logPage,
  LogRow: logRow,
  LogTail: logTail,
  MetricPage: metricPage,
  MetricSeries: metricSeries,
  NewAlertSilence: newAlertSilence,
  NewWarningOpinion: newWarningOpinion,
  Nothing: { type: 'object' },
  OpenApi: { type: 'object' },
  Pattern: pattern,
  PatternDetail: patternDetail,
  PatternPage: patternPage,
  PatternSeries: patternSeries,
  PatternSeriesPage: patternSeriesPage,
  ServiceMap: serviceMap,
  SpanDetail: spanDetail,
  SurroundingLogs: surroundingLogs,
  WarningPage: warningPage,
  WarningRow: warningRow,
  WholeLog: wholeLog,
  WholeLogPage: wholeLogPage,
}

/** Describes every route, in OpenAPI 3.1. https://spec.openapis.org/oas/v3.1.1.html */
export function openApi(version: string): OpenApi {
  const paths: OpenApi['paths'] = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) }
  }
  const bearer = { type: 'http', scheme: 'bearer' }
  const named = Object.entries(schemas).map(([name, schema]) => [name, withReferences(schema)])
  return {
    openapi: '3.1.0',
    info: { title: 'Clew desk', version },
    paths,
    components: {
      schemas: Object.fromEntries(named),
      securitySchemes: { read: bearer, ingest: bearer },
    },
  }
}

/** The schema with a reference for each part that has a name of its own. */
function withReferences(schema: JsonSchema): JsonSchema {
  const names = new Map(Object.entries(schemas).map(([name, part]) => [part, name]))
  const text = JSON.stringify(schema, (key, part) => {
    const name = key === '' ? undefined : names.get(part)
    return name === undefined ? part : referenceTo(name)
  })
  return JSON.parse(text)
}

const referenceTo = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

function operationOf(route: Route): Operation {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name: name!,
    in: 'path' as const,
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = route.parameters.map((name) => ({
    name,
    in: 'query' as const,
    required: false,
    description: parameters[name],
    schema: { type: 'string' },
  }))
  return {
    operationId: route.name,
    summary: route.summary,
    parameters: [...inPath, ...inQuery],
    ...(route.body && { requestBody: { required: true, content: contentOfBody(route.body) } }),
    responses: {
      200: { description: route.summary, content: contentOf(route) },
      default: { description: 'What went wrong', content: jsonContent('ApiError') },
    },
    security: route.access === 'public' ? [] : [{ [route.access]: [] }],
  }
}

const anyBytes = { schema: {} }
/** What is in it is seen in the bytes; the type says no more than that no form of another page sent it. */
const importContent: Content = {
  'application/json': { schema: { type: ['object', 'array'] } },
  'application/x-ndjson': { schema: { type: 'string' } },
  'application/x-protobuf': anyBytes,
  'application/octet-stream': anyBytes,
  'application/gzip': anyBytes,
}

function contentOfBody(body: NonNullable<Route['body']>): Content {
  return body === 'import' ? importContent : jsonContent(body)
}

function contentOf({ answer, name }: Route): Content {
  const text = { schema: { type: 'string' } }
  if (name === 'live') return { 'text/event-stream': text }
  if (name === 'chain-export') {
    return {
      'text/plain': text,
      'text/markdown': text,
      'application/x-ndjson': text,
      'text/html': text,
    }
  }
  return jsonContent(answer)
}

function jsonContent(schema: string): Content {
  return { 'application/json': { schema: referenceTo(schema) } }
}
