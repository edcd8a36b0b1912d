/** Draws the pictures of the chapter on input representation: node docs/lecture/representation-pictures.ts */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { characterMap } from './drawing/character-map.ts'
import { digit } from './drawing/digit.ts'

const folder = fileURLToPath(new URL('pictures/', import.meta.url))
writeFileSync(`${folder}digit.svg`, await digit())
writeFileSync(`${folder}characters.svg`, await characterMap())
