export type * from './encode/input.ts'
export type * from './model.ts'
