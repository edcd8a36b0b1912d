import { describeAgainstTorchvision, goldens } from './against-torchvision.ts'

describeAgainstTorchvision(Object.keys(goldens.cases))
