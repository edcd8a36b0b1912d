import { losses } from './losses.ts'

console.log(JSON.stringify(await losses()))
