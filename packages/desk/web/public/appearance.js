// Blocks the first paint on purpose: the chosen colours must be known before it. See appearance.ts.
try {
  const chosen = localStorage.getItem('clew.appearance')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.appearance = chosen
} catch {
  // Storage is blocked: the system's colours.
}
