import type { WarningRow } from '../../../api/index.ts'

const states: Record<WarningRow['state'], readonly [word: string, meaning: string]> = {
  told: ['told', 'It went the way of every alert.'],
  learning: ['still learning', 'Found before it was learnt for a day what is usual; it was sent nowhere.'],
  below: ['less sure', 'Less sure than its rule wants; it was sent nowhere.'],
}

export const warnings = {
  title: 'Early warnings',
  none: 'Nothing has built up.',
  learning: (until: string) =>
    `It is still learnt what is usual, until ${until}: what is found stands here and is sent nowhere.`,
  nothingYet: 'Nothing has come yet from which it could be learnt what is usual.',
  leftOut: (count: string) => `${count} lines and spans were not watched: there are too many kinds of them.`,
  states,
  sure: (share: string) => `${share} sure`,
  noLead: 'not before the failure',
  lead: (length: string) => `${length} before the failure`,
  changes: 'What changed',
  pattern: 'Its pattern',
  lines: 'Lines that show it',
  course: 'What became of it',
  began: 'Begins',
  warned: 'Warning',
  failed: 'Failure',
  alerted: 'Alert',
  later: (length: string) => `${length} later`,
  noFailure: 'No failure followed within two hours.',
  noneSoFar: 'No failure has followed so far.',
  opinion: {
    label: 'What was this warning worth?',
    useful: 'Useful',
    noise: 'Noise',
    said: {
      useful: 'It is told whenever this builds up.',
      noise: 'It is told again once this rises higher than it did.',
    },
  },
  older: 'Show older ones',
}
