#!/bin/sh
# convnetjs 0.3.0 (npm), convolutional networks for JavaScript, Node 22 or later.
#
# Guess: weight decay is a property of the weights: with l2_decay 0.1 and a rate of 0.1 a step takes 1 % off them, whatever the batch's size; only the examples' gradients are averaged.
#
# Seen: the decay is added once a batch and then divided by batch_size together with the examples' sum: with 10 examples a step takes 0.1 %, with 100 0.01 %. A larger batch is decayed by as much less in each step, and has fewer steps,
# while the l2_decay_loss it reports stays that of the whole decay.
#
# Output seen:
#   batch_size 1: weight 0.9900, l2_decay_loss 0.05
#   batch_size 10: weight 0.9990, l2_decay_loss 0.05
#   batch_size 100: weight 0.9999, l2_decay_loss 0.05
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact convnetjs@0.3.0 >/dev/null
cat >run.cjs <<'JS'
const { Net, Trainer, Vol } = require('convnetjs')
for (const batch_size of [1, 10, 100]) {
  const net = new Net()
  net.makeLayers([
    { type: 'input', out_sx: 1, out_sy: 1, out_depth: 1 },
    { type: 'regression', num_neurons: 1 },
  ])
  const { w: weights } = net.layers[1].filters[0]
  weights[0] = 1
  const trainer = new Trainer(net, { method: 'sgd', learning_rate: 0.1, momentum: 0, l2_decay: 0.1, batch_size })
  let told
  // An input and a target of 0: the examples have no gradient, only the decay moves the weight.
  for (let i = 0; i < batch_size; i++) told = trainer.train(new Vol(1, 1, 1, 0), [0])
  console.log(`batch_size ${batch_size}: weight ${weights[0].toFixed(4)}, l2_decay_loss ${told.l2_decay_loss.toFixed(2)}`)
}
JS
cat >expected <<'TEXT'
batch_size 1: weight 0.9900, l2_decay_loss 0.05
batch_size 10: weight 0.9990, l2_decay_loss 0.05
batch_size 100: weight 0.9999, l2_decay_loss 0.05
TEXT
node run.cjs | tee seen
cmp seen expected
