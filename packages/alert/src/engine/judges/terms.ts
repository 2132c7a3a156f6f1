import { createMiner, type Template } from '@clew/templates'
import type { Judge } from './judge.ts'

/** What was seen and when last: `[term, ms, term, ms, …]`. JSON. */
type Terms = { sinceMs: number; seen: (string | number)[] }

const maxTerms = 10_000

/** A term that was not seen for the length of the window. */
export function newTermJudge({ windowMs, learnMs }: { windowMs: number; learnMs: number }): Judge<Terms> {
  return {
    begin: () => ({ sinceMs: 0, seen: [] }),
    add(state, { unixMs, value }) {
      const known = state.seen.length / 2
      if (typeof value !== 'string') return { ...none(unixMs, known), because: 'no field' }
      if (state.sinceMs === 0) state.sinceMs = unixMs
      const at = state.seen.indexOf(value)
      const lastMs = at % 2 === 0 ? (state.seen[at + 1] as number) : undefined
      // Written only now and then: a term that comes all the time would change the state with each record.
      if (lastMs === undefined) state.seen.push(value, unixMs)
      else if (unixMs - lastMs > windowMs / 20) state.seen[at + 1] = unixMs
      if (lastMs !== undefined && unixMs - lastMs < windowMs) return none(unixMs, known)
      if (unixMs - state.sinceMs < learnMs)
        return { ...none(unixMs, known), because: 'learning', seen: value }
      return { atMs: unixMs, value: known, limit: 0, holds: true, seen: value }
    },
    trim(state, ms) {
      const kept: [string, number][] = []
      for (let i = 0; i < state.seen.length; i += 2) {
        const lastMs = state.seen[i + 1] as number
        if (lastMs > ms) kept.push([state.seen[i] as string, lastMs])
      }
      if (kept.length * 2 === state.seen.length && kept.length <= maxTerms) return
      state.seen = kept
        .toSorted(([, a], [, b]) => a - b)
        .slice(-maxTerms)
        .flat()
    },
    reachMs: windowMs,
    ends: false,
  }
}

type Templates = { sinceMs: number; templates: Template[] }

const maxTemplates = 2000
const miners = new WeakMap<Templates, ReturnType<typeof createMiner>>()

/** A line that is like none before. */
export function newTemplateJudge({ learnMs }: { learnMs: number }): Judge<Templates> {
  return {
    begin: () => ({ sinceMs: 0, templates: [] }),
    add(state, { unixMs, line }) {
      const miner = miners.get(state) ?? createMiner({ maxTemplates, restore: state.templates })
      miners.set(state, miner)
      if (state.sinceMs === 0) state.sinceMs = unixMs
      const known = state.templates.length
      const id = miner.add(line.text)
      if (!miner.lastChanged) return none(unixMs, known)
      const isNew = !state.templates.some((template) => template.id === id)
      state.templates = miner.export()
      if (!isNew) return none(unixMs, known)
      const seen = miner.get(id)?.text ?? line.text
      if (unixMs - state.sinceMs < learnMs) return { ...none(unixMs, known), because: 'learning', seen }
      return { atMs: unixMs, value: known, limit: 0, holds: true, seen }
    },
    trim: () => {},
    reachMs: Number.POSITIVE_INFINITY,
    ends: false,
  }
}

type Change = { value: string; ms: number }

/** Another value than the one before. */
export function changeJudge({ windowMs }: { windowMs: number }): Judge<Change> {
  return {
    begin: () => ({ value: '', ms: 0 }),
    add(state, { unixMs, value }) {
      if (typeof value !== 'string') return { ...none(unixMs, 0), because: 'no field' }
      // One that comes late says nothing about what is now.
      if (unixMs < state.ms) return none(unixMs, 0)
      const { value: before, ms } = state
      state.value = value
      state.ms = unixMs
      if (ms === 0 || before === value || unixMs - ms > windowMs) return none(unixMs, 0)
      return { atMs: unixMs, value: 1, limit: 0, holds: true, seen: value, before }
    },
    trim: () => {},
    reachMs: windowMs,
    ends: false,
  }
}

const none = (atMs: number, value: number) => ({ atMs, value, limit: 0, holds: false })
