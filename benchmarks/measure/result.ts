/** What was measured: one line of results.md and one entry of results.json. */
export type Result = {
  name: string
  unit: string
  /** Null when it could not be measured, here as among the rivals. */
  ours: number | null
  rivals: Readonly<Record<string, number | null>>
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
  /** What to know when reading the figure. */
  notes: readonly string[]
}

/** `to`: the ratio is to that rival, not to the best one. */
export type Goal = ({ figure: 'ratio'; to?: string } | { figure: 'ours' }) &
  ({ atMost: number } | { atLeast: number })

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
  notes?: readonly string[]
}

/** A row that could not be measured. */
export function failedResult(name: string, problem: string): Result {
  return { ...toResult({ name, unit: '', figures: {}, goals: [], problems: [problem] }), reached: false }
}

export function toResult(measured: Measured): Result {
  const { name, unit, figures, goals, against = 'added', problems = [], notes = [] } = measured
  const { bare, clew, ...others } = figures
  const relate = (figure = Number.NaN): number => relateTo(bare, figure, against)
  const ours = relate(clew)
  const rivals = Object.entries(others).map(([rival, figure]) => [rival, relate(figure)] as const)
  const wantsMore = against === 'share' || goals.some((goal) => 'atLeast' in goal)
  const ratioTo = (rival: number): number => (rival > 0 && Number.isFinite(rival) ? ours / rival : Number.NaN)
  const ratio = ratioTo((wantsMore ? Math.max : Math.min)(...rivals.map(([, figure]) => figure)))
  const reach = (goal: Goal): number => {
    if (goal.figure === 'ours') return ours
    return goal.to === undefined ? ratio : ratioTo(relate(figures[goal.to]))
  }
  const isReached = problems.length === 0 && goals.every((goal) => meets(goal, reach(goal)))
  return {
    name,
    unit,
    ours: rounded(ours),
    rivals: Object.fromEntries(rivals.map(([rival, figure]) => [rival, rounded(figure)])),
    ratio: rounded(ratio),
    goal: goals.map(describeGoal).join(', '),
    reached: goals.length === 0 ? null : isReached,
    bare: rounded(bare ?? Number.NaN),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    problems,
    notes: [...goals.flatMap((goal) => describeRatio(goal, reach(goal))), ...notes],
  }
}

function relateTo(bare: number | undefined, figure: number, against: 'added' | 'share' | 'plain'): number {
  if (against === 'plain') return figure
  return against === 'share' ? figure / (bare ?? Number.NaN) : figure - (bare ?? Number.NaN)
}

/** To four digits; null when it is no number. */
function rounded(figure: number): number | null {
  return Number.isFinite(figure) ? Number(figure.toPrecision(4)) : null
}

function describeGoal(goal: Goal): string {
  const figure = nameFigure(goal)
  return 'atMost' in goal ? `${figure} ≤ ${goal.atMost}` : `${figure} ≥ ${goal.atLeast}`
}

function nameFigure(goal: Goal): string {
  return goal.figure === 'ratio' && goal.to !== undefined ? `ratio to ${goal.to}` : goal.figure
}

/** What the table has no column for. */
function describeRatio(goal: Goal, reached: number): string[] {
  return goal.figure === 'ratio' && goal.to !== undefined
    ? [`${nameFigure(goal)}: ${rounded(reached) ?? '–'}`]
    : []
}

function meets(goal: Goal, figure: number): boolean {
  return 'atMost' in goal ? figure <= goal.atMost : figure >= goal.atLeast
}
