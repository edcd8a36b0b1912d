import { multiplyAddPeak } from '../multiply-add-peak.ts'
import { serve } from '../serve.ts'

await serve(() => {
  const { fused, flops, run } = multiplyAddPeak()
  return {
    version: '128-bit',
    threads: 1,
    note: fused ? 'relaxed_madd in registers' : 'relaxed_madd in registers; here a product and a sum, not fused',
    workPerStep: flops,
    step: run,
  }
})
