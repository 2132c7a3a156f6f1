const paths = {
  ball: 'M4 7.500c5 0 9.500 4 10.500 10.500M8 3.500c5 1.500 9 5.500 10 10.500M2.800 13c3 .5 5.400 2.500 6.700 5.800M14 18.300c3 1.700 5 2.700 8 2.700M18.500 11a8 8 0 1 1-16 0a8 8 0 1 1 16 0',
  search: 'M16 16l5 5M18 10.500a7.500 7.500 0 1 1-15 0a7.500 7.500 0 1 1 15 0',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v12H9zM15 9V4H4v12h5',
  check: 'M4 13l5 5L20 6',
  with: 'M12 5v14M5 12h14',
  without: 'M5 12h14',
  play: 'M7 4.500l12 7.500l-12 7.500z',
  pause: 'M8 5v14M16 5v14',
  down: 'M12 4v11M7 10.500l5 5l5-5M4 20h16',
  up: 'M12 15V4M7 8.500l5-5l5 5M4 20h16',
  auto: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  light:
    'M16 12a4 4 0 1 1-8 0a4 4 0 1 1 8 0M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600L19 19M5 19l1.400-1.400M17.600 6.400L19 5',
  dark: 'M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500z',
  trace: 'M12 11v2',
  debug: 'M16 12a4 4 0 1 1-8 0a4 4 0 1 1 8 0',
  info: 'M21 12a9 9 0 1 1-18 0a9 9 0 1 1 18 0M12 11v5M12 7.500v.5',
  warn: 'M12 3.500L22 20.500H2zM12 10v4.500M12 17.300v.4',
  error: 'M21 12a9 9 0 1 1-18 0a9 9 0 1 1 18 0M9 9l6 6M15 9l-6 6',
  fatal: 'M8 2.500h8L21.500 8v8L16 21.500H8L2.500 16V8zM12 7v6M12 16.500v.5',
  server: 'M3 12h12M10 6l6 6-6 6M20 4v16',
  client: 'M4 4v16M8 12h12M15 6l6 6-6 6',
  producer: 'M3 12h7M7 8l4 4-4 4M14 6h7v12h-7z',
  consumer: 'M3 6h7v12H3zM13 12h8M17 8l4 4-4 4',
  internal: 'M12 8a4 4 0 1 1 0 8a4 4 0 1 1 0-8',
  database: 'M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0',
  event: 'M12 5l7 7-7 7-7-7z',
  wait: 'M6 3h12M6 21h12M7 3c0 6 10 12 10 18M17 3c0 6-10 12-10 18',
  group: 'M4 4h12v12H4M8 20h12V8',
  lost: 'M12 3a9 9 0 0 1 6 2.500M20.500 9a9 9 0 0 1 0 6M18 18.500a9 9 0 0 1-12 0M3.500 15a9 9 0 0 1 0-6M6 5.500A9 9 0 0 1 12 3',
  note: 'M10 14l4-4M9 9H7a4 4 0 0 0 0 8h3M15 15h2a4 4 0 0 0 0-8h-3',
  linked: 'M5 4v9h13M13 8l5 5-5 5',
  open: 'M6 9l6 6 6-6',
  closed: 'M9 6l6 6-6 6',
} as const

export type IconName = keyof typeof paths

/** A picture beside a text that says the same; screen readers skip it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
