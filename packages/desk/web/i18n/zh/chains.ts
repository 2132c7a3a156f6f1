import type { chains as en } from '../en/chains.ts'

export const chains: typeof en = {
  title: '调用链',
}
