import { bandIndexOf } from '@clew/otlp'
import type { Merge, Template } from '@clew/templates'
import type { PatternTally } from './pattern-tally.ts'

/** What a watch read of templates since something was stored last: it counts once it is stored. */
export type ReadPatterns = {
  /** A line of the template. */
  line(id: number, severityNumber: number, lines: number): void
  /** The line before made its template, or changed its text or that of others. */
  changed(template: Template, severityNumber: number, merges: readonly Merge[]): void
  /** Whoever read those lines before has counted them. */
  forgetLines(): void
  /** `own`: the templates of the watch. */
  settle(into: PatternTally, own: TemplateOf, names: PatternNames): void
}

/** What is known of templates beside a watch, where they are counted. */
export type PatternNames = {
  /** As it is counted, by any id that it had. */
  template: TemplateOf
  /** Whether nobody knew it but the watch. */
  isNew(template: Template): boolean
  /** What changed in the watch. Returns which templates became parts of others. */
  changed(templates: readonly Template[], merges: readonly Merge[]): readonly Merge[]
}

/** Of the room for lines, which many batches share. */
const smallest = 3 * 1024
const largest = 64 * smallest

function grown(lines: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const more = new Float64Array(lines.length * 2)
  more.set(lines)
  return more
}

type TemplateOf = (id: number) => Template | undefined

export function createReadPatterns(): ReadPatterns {
  // Id, band and number of lines in turn, in numbers that lie together: this is done for each record.
  let lines = new Float64Array(smallest)
  let end = 0
  let fresh: number[] = []
  let changes = new Set<number>()
  let merges: Merge[] = []
  const tellChanges = (tally: PatternTally, own: TemplateOf, names: PatternNames): void => {
    const templates = [...changes].flatMap((id) => own(id) ?? [])
    for (const [id, into] of names.changed(templates, merges)) {
      tally.rename(id, into)
      changes.add(into)
    }
    for (const id of changes) {
      const template = names.template(id)
      if (template) tally.describe(template.id, template.text)
    }
    if (merges.length > 0) merges = []
    if (changes.size > 0) changes = new Set()
  }
  return {
    line(id, severityNumber, many) {
      if (!(many > 0)) return
      if (end === lines.length) lines = grown(lines)
      lines[end] = id
      lines[end + 1] = bandIndexOf(severityNumber)
      lines[end + 2] = many
      end += 3
    },
    changed({ id, count }, severityNumber, merged) {
      if (count === 1) fresh.push(id, bandIndexOf(severityNumber))
      changes.add(id)
      merges.push(...merged)
    },
    forgetLines() {
      end = 0
      fresh = []
    },
    settle(tally, own, names) {
      for (let at = 0; at < fresh.length; at += 2) {
        const template = own(fresh[at]!)
        if (template && names.isNew(template)) tally.began(fresh[at + 1]!)
      }
      tellChanges(tally, own, names)
      for (let at = 0; at < end; at += 3)
        tally.add(lines[at]!, lines[at + 1]!, lines[at + 2]!, names.template)
      end = 0
      if (lines.length > largest) lines = new Float64Array(smallest)
      if (fresh.length > 0) fresh = []
    },
  }
}
