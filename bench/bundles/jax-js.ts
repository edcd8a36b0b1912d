/** What rivals/jax-js.ts needs of jax-js to train LeNet-5, its optimizer and loop of the caller's own. */
export { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy, tree, valueAndGrad } from '@jax-js/jax'
