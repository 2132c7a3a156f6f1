import { sharedState } from '../process/state.ts'

const printing = sharedState('printing', () => ({ isOn: false, line: '' }))

/** For loggers: says that from now on, or no more, a line is handed to destinations; returns how it was before. */
export function setPrinting(isOn: boolean): boolean {
  const before = printing.isOn
  printing.isOn = isOn
  return before
}

/** For loggers that only know the line which is handed to destinations next. */
export function notePrinted(line: string): void {
  printing.line = line
}

/** Whether a text that is printed is a line of a logger that is joined, which has its record already. */
export function isPrinted(text: string): boolean {
  if (printing.isOn) return true
  const { line } = printing
  return line !== '' && line.startsWith(text) && line.trimEnd() === text.trimEnd()
}
