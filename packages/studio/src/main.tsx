import { render } from 'preact'
import { workOffline } from './app/isolation.ts'
import './app/studio.css'
import { firstLoaded, Studio } from './app/studio.tsx'

render(<Studio />, document.querySelector('#studio')!)
void firstLoaded.then(workOffline)
