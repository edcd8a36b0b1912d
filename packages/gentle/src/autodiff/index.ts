export { type CheckedElement, checkGradients, type GradientCheck, type GradientCheckOptions } from './check.ts'
export { gradients } from './gradients.ts'
