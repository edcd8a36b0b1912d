import { describeAgainstTorchvision, goldens, quick } from './against-torchvision.ts'

describeAgainstTorchvision(Object.keys(goldens.cases).filter((name) => !quick.includes(name)))
