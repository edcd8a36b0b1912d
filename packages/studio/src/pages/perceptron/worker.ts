import { trace } from './trace.ts'

export const api = { trace }
