/** The lecture's networks, by their names. */
export * from '../models/index.ts'
