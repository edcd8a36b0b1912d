import { joinVectors } from '../../packages/gentle/src/backends/wasm/wide-vectors/engine.ts'
import { multiplyAddPeak } from '../multiply-add-peak.ts'
import { serve, wideVectors } from '../serve.ts'

await serve(() => {
  if (wideVectors) joinVectors()
  const { fused, flops, run } = multiplyAddPeak({ wide: wideVectors === true })
  return {
    version: wideVectors ? '256-bit' : '128-bit',
    threads: 1,
    note: fused ? 'relaxed_madd in registers' : 'relaxed_madd in registers; here a product and a sum, not fused',
    workPerStep: flops,
    step: run,
  }
})
