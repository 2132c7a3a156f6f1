import type { chain as en } from '../en/chain.ts'

export const chain: typeof en = {
  title: '调用链',
}
