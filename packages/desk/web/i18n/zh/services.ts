import type { services as en } from '../en/services.ts'

export const services: typeof en = {
  title: '服务',
}
