// What a thread that sends and the one that asks it share beside their messages.

/** Counts the messages of the thread, so that somebody can wait for the next. */
export const countCell = 0
/** Far more than are on the wire at once. */
const claimCells = 64
/** Whoever is the first to write here has the request of that id: the thread, or the application's that takes it back. */
export const claimCellOf = (id: number): number => 1 + (id % claimCells)
/** Of all cells. */
export const cellBytes: number = (1 + claimCells) * Int32Array.BYTES_PER_ELEMENT
