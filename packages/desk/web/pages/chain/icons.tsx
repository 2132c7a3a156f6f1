const paths = {
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
  download: 'M12 4v11M7 11l5 5 5-5M4 20h16',
} as const

export type ChainIconName = keyof typeof paths

/** What a row is, as a picture beside its text. */
export function ChainIcon({ name }: { name: ChainIconName }) {
  return (
    <svg class="icon chain-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
