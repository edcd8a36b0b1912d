/** Where in the cache folder downloads are kept. */
import { join } from 'node:path'
import { cacheFolder } from 'gentle-dl/cache'

/** Where a file of weights is kept. */
export const weightsPlace = (file: string): string => join(cacheFolder(), 'weights', file)

/** The folder of a data set, as its reader takes it. */
export const dataPlace = (name: string): string => join(cacheFolder(), 'data', name)

/** Where an archive of data is kept until it is unpacked. */
export const archivePlace = (file: string): string => join(cacheFolder(), 'downloads', file)
