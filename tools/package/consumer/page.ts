import { losses } from './losses.ts'

document.body.textContent = JSON.stringify(await losses().catch((error) => ({ error: String(error) })))
