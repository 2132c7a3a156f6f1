import type { patterns as en } from '../en/patterns.ts'

export const patterns: typeof en = {
  title: '模式',
}
