/** What was measured: one line of results.md and one entry of results.json. */
export type Result = {
  name: string
  unit: string
  ours: number
  rivals: Readonly<Record<string, number>>
  /** Ours ÷ the best rival's; null where that says nothing. */
  ratio: number | null
  goal: string
  /** Null when there is no goal. */
  reached: boolean | null
  /** The figure without any system, where ours and rivals are additions to it or shares of it. */
  bare: number | null
  node: string
  date: string
  /** Why the figure is worthless, if it is: records that did not arrive and the like. */
  problems: readonly string[]
}

export type Goal = { figure: 'ratio' | 'ours'; atMost: number } | { figure: 'ours'; atLeast: number }

/** Figures by system: `bare`, `clew`, and the rest are rivals. */
export type Figures = Readonly<Record<string, number>>

export type Measured = {
  name: string
  unit: string
  figures: Figures
  goals: readonly Goal[]
  /** `added`: figures minus bare. `share`: figures divided by bare. `plain`: as they are. Default `added`. */
  against?: 'added' | 'share' | 'plain'
  problems?: readonly string[]
}

/** A row that could not be measured. */
export function failedResult(name: string, problem: string): Result {
  return { ...toResult({ name, unit: '', figures: {}, goals: [], problems: [problem] }), reached: false }
}

export function toResult({ name, unit, figures, goals, against = 'added', problems = [] }: Measured): Result {
  const { bare, clew, ...others } = figures
  const relate = (figure: number | undefined): number => relateTo(bare, figure ?? Number.NaN, against)
  const ours = relate(clew)
  const rivals = Object.fromEntries(Object.entries(others).map(([rival, figure]) => [rival, relate(figure)]))
  const best = against === 'share' ? Math.max(...Object.values(rivals)) : Math.min(...Object.values(rivals))
  const ratio = Number.isFinite(best) && best > 0 ? ours / best : null
  return {
    name,
    unit,
    ours: rounded(ours),
    rivals: Object.fromEntries(Object.entries(rivals).map(([rival, figure]) => [rival, rounded(figure)])),
    ratio: ratio === null ? null : rounded(ratio),
    goal: goals.map(describeGoal).join(', '),
    reached:
      goals.length === 0
        ? null
        : problems.length === 0 && goals.every((goal) => isReached(goal, ours, ratio)),
    bare: bare === undefined ? null : rounded(bare),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    problems,
  }
}

function relateTo(bare: number | undefined, figure: number, against: 'added' | 'share' | 'plain'): number {
  if (against === 'plain') return figure
  return against === 'share' ? figure / (bare ?? Number.NaN) : figure - (bare ?? Number.NaN)
}

function rounded(figure: number): number {
  return Number(figure.toPrecision(4))
}

function describeGoal(goal: Goal): string {
  return 'atMost' in goal ? `${goal.figure} ≤ ${goal.atMost}` : `${goal.figure} ≥ ${goal.atLeast}`
}

function isReached(goal: Goal, ours: number, ratio: number | null): boolean {
  const figure = goal.figure === 'ratio' ? (ratio ?? Number.NaN) : ours
  return 'atMost' in goal ? figure <= goal.atMost : figure >= goal.atLeast
}
