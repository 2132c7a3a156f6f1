import { sharedState } from '../process/state.ts'

const printing = sharedState('printing', () => ({ isOn: false }))

/** Whether a logger that is joined is handing a line to its destinations: what these print by the console has its record already. */
export function isPrinting(): boolean {
  return printing.isOn
}

/** For loggers: says that from now on, or no more, a line is handed to destinations; returns how it was before. */
export function setPrinting(isOn: boolean): boolean {
  const before = printing.isOn
  printing.isOn = isOn
  return before
}
