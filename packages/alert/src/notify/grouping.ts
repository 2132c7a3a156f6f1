import type { Alert } from '../alert.ts'

/** Alerts that belong together wait for one another, to be told in one message. */
export type Grouping = {
  /** `rule`, or fields that rules group by; alerts with the same values are one group. Empty: all are. */
  by: readonly string[]
  /** How long the first alert of a group waits for others. */
  waitMs: number
  /** How long after a message the next one of the same group comes at the earliest. */
  intervalMs: number
}

type Group = { alerts: Alert[]; dueMs: number; sentMs: number }

const maxGroups = 10_000
/** With so many a group waits no longer. */
const fullGroup = 100

/** The groups of one channel that wait. The clock is the caller's. */
export class Groups {
  readonly #groups = new Map<string, Group>()

  add(grouping: Grouping, alert: Alert, nowMs: number): void {
    if (this.#groups.size >= maxGroups) this.#forgetEmpty()
    const key = keyOf(grouping, alert)
    const group = this.#groups.get(key) ?? { alerts: [], dueMs: 0, sentMs: Number.NEGATIVE_INFINITY }
    if (group.alerts.length === 0)
      group.dueMs = Math.max(nowMs + grouping.waitMs, group.sentMs + grouping.intervalMs)
    group.alerts.push(alert)
    if (group.alerts.length >= fullGroup) group.dueMs = nowMs
    this.#groups.set(key, group)
  }

  /** The groups whose time has come; with Infinity all that wait. */
  takeDue(nowMs: number): Alert[][] {
    const due = [...this.#groups.values()].filter(({ alerts, dueMs }) => alerts.length > 0 && dueMs <= nowMs)
    return due.map((group) => {
      group.sentMs = nowMs
      return group.alerts.splice(0)
    })
  }

  /** When the next one is due; undefined: none waits. */
  nextDueMs(): number | undefined {
    let next: number | undefined
    for (const { alerts, dueMs } of this.#groups.values())
      if (alerts.length > 0) next = Math.min(next ?? dueMs, dueMs)
    return next
  }

  #forgetEmpty(): void {
    for (const [key, { alerts }] of this.#groups) if (alerts.length === 0) this.#groups.delete(key)
  }
}

function keyOf({ by }: Grouping, { rule, group }: Alert): string {
  return JSON.stringify(by.map((field) => (field === 'rule' ? rule : (group[field] ?? null))))
}
