import { describeSnippets } from './snippets.ts'

describeSnippets({ long: true })
