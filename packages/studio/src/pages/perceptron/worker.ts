import { expose } from 'comlink'
import { trace } from './trace.ts'

const api = { trace }

export type PerceptronWorker = typeof api

expose(api)
