/** Draws the pictures of the chapters on networks, all or the named ones: node docs/lecture/network-pictures.ts [NAME...] */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { accuracy } from './drawing/accuracy.ts'
import { depth } from './drawing/depth.ts'
import { growth } from './drawing/growth.ts'
import { inceptionModule } from './drawing/inception.ts'
import { lenetMaps } from './drawing/lenet-maps.ts'
import { receptiveField } from './drawing/receptive-field.ts'
import { residualBlocks } from './drawing/residual-blocks.ts'
import { roofline } from './drawing/roofline.ts'
import { shares } from './drawing/shares.ts'

const pictures: Readonly<Record<string, () => string | Promise<string>>> = {
  'receptive-field': receptiveField,
  roofline,
  'lenet-maps': lenetMaps,
  shares,
  inception: inceptionModule,
  'residual-blocks': residualBlocks,
  depth,
  accuracy,
  growth,
}

const folder = fileURLToPath(new URL('pictures/', import.meta.url))
mkdirSync(folder, { recursive: true })
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(pictures)
for (const name of names) writeFileSync(`${folder}${name}.svg`, await pictures[name]())
