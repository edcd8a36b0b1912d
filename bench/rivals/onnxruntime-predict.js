/** `node onnxruntime-predict.js NETWORK.onnx PICTURE THREADS`: the five likeliest classes of a picture, as ImageNet's networks are shown it. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'

const [network, picture, threads] = process.argv.slice(2)
const creating = InferenceSession.create(network, {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: Number(threads),
})
const pixels = await sharp(picture).resize(256, 256, { fit: 'outside' }).removeAlpha().raw().toBuffer({
  resolveWithObject: true,
})
const { width, height } = pixels.info
const [left, top] = [Math.round((width - 224) / 2), Math.round((height - 224) / 2)]
const mean = [0.485, 0.456, 0.406]
const std = [0.229, 0.224, 0.225]
const x = new Float32Array(3 * 224 * 224)
for (let c = 0; c < 3; c++)
  for (let i = 0; i < 224; i++)
    for (let j = 0; j < 224; j++)
      x[(c * 224 + i) * 224 + j] = (pixels.data[3 * ((top + i) * width + left + j) + c] / 255 - mean[c]) / std[c]
const session = await creating
const outputs = await session.run({ [session.inputNames[0]]: new Tensor('float32', x, [1, 3, 224, 224]) })
const logits = outputs[session.outputNames[0]].data
const largest = logits.reduce((a, b) => Math.max(a, b))
const exponentials = Array.from(logits, (logit) => Math.exp(logit - largest))
const sum = exponentials.reduce((a, b) => a + b)
const likeliest = exponentials.map((value, label) => ({ label, probability: value / sum }))
likeliest.sort((a, b) => b.probability - a.probability)
console.log(JSON.stringify(likeliest.slice(0, 5)))
