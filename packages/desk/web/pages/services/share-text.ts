/** A share in per cent, `12 %`; what is more than nothing is never 0 %, what is less than all never 100 %. */
export function shareText(part: number, whole: number): string {
  const share = whole > 0 ? (part / whole) * 100 : 0
  if (share > 0 && share < 1) return '< 1 %'
  return `${share < 100 ? Math.min(99, Math.round(share)) : 100} %`
}
