import type { Page } from 'playwright-core'
import { type Reader, withPage } from './page-driver.ts'

/** Each language in each appearance. */
export const eyes: readonly Reader[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  (['en', 'zh-CN'] as const).map((locale) => ({ colorScheme, locale })),
)

export const widths = [400, 1440, 3840] as const

/**
 * Readers with whom axe may look, so that each width, each language and each appearance has met each of the others: half of
 * all that there could be. At least two widths.
 */
export function readersAt(...pageWidths: readonly number[]): Reader[] {
  const together = [
    [eyes[0]!, eyes[3]!],
    [eyes[1]!, eyes[2]!],
  ] as const
  return pageWidths.flatMap((width, index) =>
    together[index % 2]!.map((reader) => ({ ...reader, width, bypassCSP: true })),
  )
}

/** Goes to an address at every width; `ready` is what is there when the page is. */
export async function atEveryWidth(
  reader: Reader,
  address: string,
  ready: string,
  look: (page: Page, width: (typeof widths)[number]) => Promise<void>,
): Promise<void> {
  await withPage({ ...reader, height: 900 }, async (page) => {
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 })
      await page.goto(address)
      await page.locator(ready).first().waitFor()
      await look(page, width)
    }
  })
}
