#!/bin/sh
# Open MPI 4.1.4 (Debian 12's openmpi-bin 4.1.4-3+b1), called through koffi 3.3.4 from Node, on x86-64.
#
# Guess: MPI_Allreduce with MPI_MAX either keeps a NaN of any rank or drops it, for all elements alike; so that one check of the maximum of all gradients tells every rank
# whether one of them has met a NaN.
#
# Seen: it depends on the element's place in the array. What fits into whole vectors goes through vector instructions, the rest through a comparison, and the two keep the other
# operand. Of two ranks, one with NaN and one with 1 everywhere, the result is 1 in the vectors and NaN in what is left over, or the other way round, depending on which rank has the NaN;
# of three ranks, the middle one's NaN is in no place of the result.
#
# Output seen (N is a NaN in that place of the result; 11 elements):
#   2 ranks, NaN at rank 0: both NaN and 1
#   2 ranks, NaN at rank 1: both NaN and 1
#   3 ranks, NaN at rank 1: 1 everywhere
set -eu
command -v mpirun >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends openmpi-bin >/dev/null; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact koffi@3.3.4 >/dev/null
cat >max.cjs <<'JS'
const koffi = require('koffi')
const mpi = koffi.load('libmpi.so.40')
const handle = (name) => mpi.symbol(name, 'char')
const [world, float, max] = ['ompi_mpi_comm_world', 'ompi_mpi_float', 'ompi_mpi_op_max'].map(handle)
const allReduce = mpi.func('int MPI_Allreduce(void *, void *, int, void *, void *, void *)')
mpi.func('int MPI_Init(void *, void *)')(null, null)
const rank = [0]
mpi.func('int MPI_Comm_rank(void *, _Out_ int *)')(world, rank)
for (const withNaN of process.argv.slice(2).map(Number)) {
  const mine = new Float32Array(11).fill(rank[0] === withNaN ? NaN : 1)
  const result = new Float32Array(11)
  allReduce(mine, result, 11, float, max, world)
  const kinds = new Set(Array.from(result, String))
  const seen = kinds.size === 2 ? 'both NaN and 1' : `${[...kinds][0]} everywhere`
  if (rank[0] === 0) process.stdout.write(`NaN at rank ${withNaN}: ${seen}\n`)
}
mpi.func('int MPI_Finalize()')()
JS
run() { mpirun --allow-run-as-root --oversubscribe -n "$1" node max.cjs $2 | sed "s/^/$1 ranks, /"; }
{ run 2 '0 1'; run 3 1; } >seen
cat >expected <<'TEXT'
2 ranks, NaN at rank 0: both NaN and 1
2 ranks, NaN at rank 1: both NaN and 1
3 ranks, NaN at rank 1: 1 everywhere
TEXT
cat seen
diff expected seen
