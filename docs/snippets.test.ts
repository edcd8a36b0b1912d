import { describeSnippets } from './snippets.ts'

describeSnippets({ long: false })
