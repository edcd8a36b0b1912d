/** Writes onnx-versions.json.gz: the models of make-onnx-versions.py with what onnxruntime-node 1.30.0 gives for them: `node make-onnx-versions.js models.json`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'

const { InferenceSession, Tensor } = createRequire(`${process.cwd()}/`)('onnxruntime-node')

const kept = []
for (const each of JSON.parse(readFileSync(process.argv[2]))) {
  const session = await InferenceSession.create(Buffer.from(each.model, 'base64'), { logSeverityLevel: 4 })
  const feed = Object.entries(each.inputs).map(([name, { dtype, shape, data }]) => [
    name,
    new Tensor(dtype, dtype.endsWith('int64') ? data.map(BigInt) : data.map((x) => (typeof x === 'string' ? Number(x.replace('inf', 'Infinity')) : x)), shape),
  ])
  const outputs = await session.run(Object.fromEntries(feed))
  const told = ([name, { type, dims, data }]) => [
    name,
    { dtype: type, shape: dims, data: Array.from(data, (x) => (Number.isFinite(Number(x)) ? Number(Number(x).toPrecision(6)) : String(x))) },
  ]
  kept.push({ ...each, outputs: Object.fromEntries(Object.entries(outputs).map(told)) })
}
writeFileSync(new URL('onnx-versions.json.gz', import.meta.url), gzipSync(JSON.stringify(kept), { level: 9 }))
console.log(`${kept.length} cases`)
