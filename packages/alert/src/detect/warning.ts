import type { AlertLine, Change, Precedent } from '../alert.ts'

export type { Change, ChangeKind, Precedent } from '../alert.ts'

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

/** What builds up, and why it is thought so. JSON. */
export type Warning = {
  /** 16 hex digits; the same records give the same. */
  id: string
  unixMs: number
  /** Of one that is given again: when it was the first time that it was as sure as is wanted. */
  firstUnixMs: number
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

/** A failure that followed a warning. JSON. */
export type Failure = {
  /** Of the warning. */
  id: string
  unixMs: number
  service: string
  /** The template that most of its errors had. */
  text: string
}

/** What somebody says that a warning was worth. */
export type Opinion = 'useful' | 'noise'

/** Of a detector. Each has a default. */
export type DetectorSettings = {
  /** How long a service is watched before kinds of lines that were never seen are news. One day. */
  warmUpMs: number
  /** How many series there are at most. 20,000. */
  maxSeries: number
  /** From how many of its usual variations on a single change is told. 5.3. */
  sigmas: number
  /** A warning that is less sure is given once more, with its id, when it is as sure as that. 0.7. */
  sure: number
}

/** What a detector knows and what it left out. */
export type DetectorStats = {
  series: number
  /** Records and spans whose series did not fit, that came when their minute was closed, or were ahead of time. */
  leftOut: number
  late: number
  ahead: number
}
