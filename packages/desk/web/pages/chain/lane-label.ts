import type { Bar, Lane } from './lane-geometry.ts'

/** Where the text of a bar stands, and how much room it has there, pixels: what is longer ends in an ellipsis. */
export type LabelPlace = { side: 'inside' | 'right' | 'left'; roomPx: number }

/** Between a bar and its text, and between the text and the end of what it stands in. */
export const labelGapPx = 6
const leastRoomPx = 14

/**
 * In its bar if it has room there, else behind it, else before it; where it has room nowhere, where it has most.
 * Undefined where not even a character has. `solid` is the share of the bar on which text can be read.
 */
export function placeLabel({ x, width }: Bar, lane: Lane, textPx: number, solid = 1): LabelPlace | undefined {
  const places: LabelPlace[] = [
    { side: 'inside', roomPx: width * solid * lane.width - 2 * labelGapPx },
    { side: 'right', roomPx: (1 - x - width) * lane.width - labelGapPx },
    { side: 'left', roomPx: x * lane.width - labelGapPx },
  ]
  const roomiest = places.toSorted((a, b) => b.roomPx - a.roomPx)[0]!
  const place = places.find(({ roomPx }) => roomPx >= textPx) ?? roomiest
  return place.roomPx < leastRoomPx ? undefined : place
}
