/**
 * What is usual now: a level, carried along the slope that earlier days and weeks had at this time. JSON. A level of counts is a
 * rate a minute and follows the slope by factors; one of values is a mean of logarithms.
 */
export type Usual = {
  level: number
  minutes: number
  /** Of the season, in logarithms a minute. */
  slope: number
  /** By which factors it rises in a minute and until a value is learnt from, and how far the middle of a window lies below its end. */
  minuteRise: number
  lagRise: number
  windowFall: number
  hourSum: number
  hourMinutes: number
  /** Logarithms by hour of the day and of the week, and how often each was seen; empty before the first hour is over. */
  day: number[]
  dayVisits: number[]
  week: number[]
  weekVisits: number[]
}

export const lagMinutes = 15
/** So many minutes are judged together. */
export const windowMinutes = 10
/** What a minute counts, where the half-life is an hour, and half a day. */
export const shareOfHour: number = 1 - 2 ** (-1 / 60)
export const shareOfHalfDay: number = 1 - 2 ** (-1 / (60 * 12))
const mostSlope = 0.03

export function beginUsual(): Usual {
  return {
    level: 0,
    minutes: 0,
    slope: 0,
    minuteRise: 1,
    lagRise: 1,
    windowFall: 1,
    hourSum: 0,
    hourMinutes: 0,
    day: [],
    dayVisits: [],
    week: [],
    weekVisits: [],
  }
}

export function reviveUsual(saved: Usual): Usual {
  const usual = Object.assign(beginUsual(), saved)
  setSlope(usual, usual.slope)
  return usual
}

/** Once an hour: what follows of it is asked for in each minute. */
function setSlope(usual: Usual, slope: number): void {
  usual.slope = slope
  usual.minuteRise = Math.exp(slope)
  usual.lagRise = Math.exp(slope * lagMinutes)
  usual.windowFall = Math.exp((-slope * (windowMinutes - 1)) / 2)
}

/** Time goes on by a minute: the level follows the season. */
export function carry(usual: Usual, minute: number, isRate: boolean): void {
  if (minute % 60 === 0) endHour(usual, minute - 60, isRate)
  if (minute % 60 === 30) setSlope(usual, slopeFrom(usual, Math.floor(minute / 60), isRate))
  if (isRate) usual.level *= usual.minuteRise
  else usual.level += usual.slope
}

/** A value of `lagMinutes` ago, of a time that was as usual. */
export function learn(usual: Usual, value: number, isRate: boolean, leastShare: number = shareOfHour): void {
  const target = isRate ? value * usual.lagRise : value + usual.slope * lagMinutes
  const share = Math.max(1 / (usual.minutes + 1), leastShare)
  usual.level += share * (target - usual.level)
  usual.minutes = Math.min(usual.minutes + 1, 100_000)
  usual.hourSum += value
  usual.hourMinutes++
}

function endHour(usual: Usual, minute: number, isRate: boolean): void {
  const { hourSum, hourMinutes } = usual
  usual.hourSum = 0
  usual.hourMinutes = 0
  if (hourMinutes < 30) return
  if (usual.day.length === 0) {
    usual.day = zeros(24)
    usual.dayVisits = zeros(24)
    usual.week = zeros(168)
    usual.weekVisits = zeros(168)
  }
  const mean = hourSum / hourMinutes
  const value = isRate ? Math.log(mean + leastRate) : mean
  const hour = Math.floor(minute / 60)
  average(usual.day, usual.dayVisits, hour % 24, value, 0.3)
  average(usual.week, usual.weekVisits, hour % 168, value, 0.4)
}

const leastRate = 0.02
const zeros = (length: number): number[] => Array.from({ length }, () => 0)

function average(means: number[], visits: number[], at: number, value: number, least: number): void {
  const share = Math.max(least, 1 / (visits[at]! + 1))
  means[at] = means[at]! + share * (value - means[at]!)
  visits[at] = Math.min(visits[at]! + 1, 1000)
}

/** From the middle of an hour to that of the next: what days and weeks say, and none where they say nothing. */
function slopeFrom(usual: Usual, hour: number, isRate: boolean): number {
  const { day, dayVisits, week, weekVisits } = usual
  if (day.length === 0) return 0
  const visits = Math.min(dayVisits[hour % 24]!, dayVisits[(hour + 1) % 24]!)
  if (visits === 0) return 0
  const rise = (means: number[], at: number): number => means[(at + 1) % means.length]! - means[at]!
  const ofDay = rise(day, hour % 24)
  const weeks = Math.min(weekVisits[hour % 168]!, weekVisits[(hour + 1) % 168]!)
  const known = ofDay + (weeks / (weeks + 1)) * (rise(week, hour % 168) - ofDay)
  const records = Math.exp(Math.min(day[hour % 24]!, day[(hour + 1) % 24]!)) * 60
  const trust = (visits / (visits + 0.5)) * (isRate ? records / (records + 40) : 0.9)
  return Math.max(-mostSlope, Math.min(mostSlope, (known * trust) / 60))
}
