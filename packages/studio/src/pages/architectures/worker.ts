import { expose } from 'comlink'
import { look } from './session.ts'

const api = { look }

export type ArchitecturesWorker = typeof api

expose(api)
