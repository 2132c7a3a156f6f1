import type { AlertLine } from '../alert.ts'

/** A log record as detectors look at it. It is read in the call and not kept. */
export type SeenRecord = {
  readonly unixMs: number
  readonly service: string
  /** Of the release that wrote it, as `service.version` says, or "". */
  readonly version: string
  /** OTLP's SeverityNumber, 0 to 24. */
  readonly severityNumber: number
  /** What its template is known by, and the template as text. */
  readonly templateId: string
  readonly template: string
  readonly text: string
  readonly traceId: string
  readonly spanId: string
  /** How many records it stands for; 0 is one that was kept for its chain alone, and is not counted. */
  readonly weight: number
  /** Those that are numbers are series of their own. */
  readonly attributes: { readonly [key: string]: unknown }
}

/** A span as detectors look at it. It is read in the call and not kept. */
export type SeenSpan = {
  /** Of its end. */
  readonly unixMs: number
  readonly service: string
  readonly name: string
  readonly durationMs: number
  readonly isError: boolean
  readonly traceId: string
  readonly spanId: string
  readonly weight: number
  /** Of a job: its queue, how long it waited there, and which attempt it is, from 1. */
  readonly queue?: string
  readonly waitMs?: number
  readonly attempt?: number
}

/** What of a series is not as it was. */
export type ChangeKind = 'more' | 'fewer' | 'silent' | 'new' | 'higher' | 'lower' | 'mix'

/** One thing that changed. */
export type Change = {
  kind: ChangeKind
  service: string
  /** What it is a series of, and the name of that: a template's text, a level's name, a span's, a queue's. */
  of: 'template' | 'level' | 'span' | 'queue' | 'service'
  name: string
  /** Of a value: which one, such as `wait_ms`; else "". */
  field: string
  sinceUnixMs: number
  /** Records in ten minutes, or the typical value of these ten minutes, and what either usually is by now. */
  now: number
  usual: number
  /** By how many of its usual variations. */
  sigmas: number
}

/** What followed when it began like this before. */
export type Precedent = {
  /** How often it began like this, and how often a failure followed. */
  times: number
  failures: number
  /** Of the failures: the template that most errors had, and how many minutes later on average. */
  failure: string
  minutesLater: number
}

/** What builds up, and why it is thought so. JSON. */
export type Warning = {
  /** 16 hex digits; the same records give the same. */
  id: string
  unixMs: number
  sinceUnixMs: number
  services: string[]
  /** The strongest first; eight at most. */
  changes: Change[]
  /** How many changes there are in all. */
  found: number
  /** From 0.5 to 0.99. */
  sure: number
  /** Up to three, those with a trace id first. */
  lines: AlertLine[]
  precedent: Precedent | undefined
  /** All of it in English, a sentence a line. */
  text: string
}

/** Of a detector. Each has a default. */
export type DetectorSettings = {
  /** How long a service is watched before kinds of lines that were never seen are news. One day. */
  warmUpMs: number
  /** How many series there are at most. 20,000. */
  maxSeries: number
  /** From how many of its usual variations on a single change is told. 5.3. */
  sigmas: number
}

/** What a detector knows and what it left out. */
export type DetectorStats = {
  series: number
  /** Records and spans whose series did not fit, that came when their minute was closed, or were ahead of time. */
  leftOut: number
  late: number
  ahead: number
}
