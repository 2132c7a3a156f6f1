import type { logs as en } from '../en/logs.ts'

export const logs: typeof en = {
  title: '日志',
}
