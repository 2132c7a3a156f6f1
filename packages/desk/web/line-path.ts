/** A line through values as an SVG path. It begins anew behind a value that is not there; one that stands alone is a dot. */
export function linePath(
  values: readonly (number | null)[],
  place: (at: number, value: number) => string,
): string {
  let path = ''
  let isDrawing = false
  values.forEach((value, at) => {
    if (value !== null) path += `${isDrawing ? 'L' : 'M'}${place(at, value)}${isDrawing ? '' : 'h0'}`
    isDrawing = value !== null
  })
  return path
}
