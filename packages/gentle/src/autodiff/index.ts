export { type CheckedElement, checkGradients, type GradientCheck, type GradientCheckOptions } from './check.ts'
export { type GradientOptions, gradients } from './gradients.ts'
