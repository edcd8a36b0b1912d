#!/bin/sh
# Open MPI 4.1.4 (Debian 12's openmpi-bin 4.1.4-3+b1), called through koffi 3.3.4 from Node.
#
# Guess: MPI_Allreduce with MPI_SUM adds the ranks' numbers in an order of its own, but the same one for each element, and in each array: equal numbers in all elements give
# equal sums in all elements.
#
# Seen: true for 2 and 4 ranks at all lengths tried. For 3 ranks the order depends on the length and, in the middle range, on the element's place: with 2^24, 1 and 1 in all elements
# of the three ranks' arrays, short and very long ones hold (2^24 + 1) + 1 = 2^24 everywhere, and those of some thousand elements hold 2^24 in some places and 2^24 + 2 in others. So the
# gradient of a weight depends on how many other weights its layer has, and bucketing gradients differently changes the training's bits.
#
# Output seen:
#   2 ranks: 1000 one sum, 5000 one sum, 10000 one sum, 1000000 one sum
#   3 ranks: 1000 one sum, 5000 two sums, 10000 two sums, 1000000 one sum
#   4 ranks: 1000 one sum, 5000 one sum, 10000 one sum, 1000000 one sum
set -eu
command -v mpirun >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends openmpi-bin >/dev/null; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact koffi@3.3.4 >/dev/null
cat >sum.cjs <<'JS'
const koffi = require('koffi')
const mpi = koffi.load('libmpi.so.40')
const handle = (name) => mpi.symbol(name, 'char')
const [world, float, sum] = ['ompi_mpi_comm_world', 'ompi_mpi_float', 'ompi_mpi_op_sum'].map(handle)
const allReduce = mpi.func('int MPI_Allreduce(void *, void *, int, void *, void *, void *)')
mpi.func('int MPI_Init(void *, void *)')(null, null)
const rank = [0]
mpi.func('int MPI_Comm_rank(void *, _Out_ int *)')(world, rank)
const seen = [1000, 5000, 10000, 1000000].map((length) => {
  const mine = new Float32Array(length).fill(rank[0] === 0 ? 2 ** 24 : 1)
  const result = new Float32Array(length)
  allReduce(mine, result, length, float, sum, world)
  return `${length} ${new Set(result).size === 1 ? 'one sum' : 'two sums'}`
})
if (rank[0] === 0) process.stdout.write(`${seen.join(', ')}\n`)
mpi.func('int MPI_Finalize()')()
JS
for ranks in 2 3 4; do mpirun --allow-run-as-root --oversubscribe -n "$ranks" node sum.cjs | sed "s/^/$ranks ranks: /"; done >seen
cat >expected <<'TEXT'
2 ranks: 1000 one sum, 5000 one sum, 10000 one sum, 1000000 one sum
3 ranks: 1000 one sum, 5000 two sums, 10000 two sums, 1000000 one sum
4 ranks: 1000 one sum, 5000 one sum, 10000 one sum, 1000000 one sum
TEXT
cat seen
diff expected seen
